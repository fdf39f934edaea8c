/** Causes of causes are followed so far. */
const MAX_CAUSES = 5;

/**
 * What of an error is written to the log. Drivers hang connections, statements with their values and keys onto theirs;
 * none of that is for the log.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!isErrorLike(error)) return typeof error === 'object' ? 'no error, but an object' : error;
  const { name, message, code, stack, cause } = error;
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: serializeError(cause, depth + 1) }),
  };
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** By shape, since an error may come from another realm. */
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}
