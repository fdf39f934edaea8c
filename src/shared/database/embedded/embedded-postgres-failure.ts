/** The embedded server cannot serve. The message is for the operator: what is wrong, and which setting cures it. */
export class EmbeddedPostgresFailure extends Error {
  override readonly name = 'EmbeddedPostgresFailure';
}

/** Faults of the file system while we work in the data folder are the operator's to cure, so they become sentences. */
export function asFailureOfFolder(error: unknown, dataDir: string): unknown {
  if (error instanceof EmbeddedPostgresFailure) return error;
  const code = errorCode(error);
  if (code === undefined || !isSystemCall(error)) return error;
  const remedy = REMEDIES[code] ?? 'look at its disk and its owner';
  return new EmbeddedPostgresFailure(
    `The data folder ${dataDir} cannot be used (${code}): ${remedy}, or name another folder with BANYAN_DATA_DIR.`,
    { cause: error },
  );
}

export function errorCode(error: unknown): string | undefined {
  // Judged by shape: under jest, Node's own errors are not instances of the test's Error.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function isSystemCall(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

const NOT_WRITABLE = 'it is not writable, so let the user that runs Banyan write to it';
const NOT_A_FOLDER = 'something that is not a folder is in its way, so move that aside';

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: NOT_WRITABLE,
  ENOTDIR: NOT_A_FOLDER,
  EEXIST: NOT_A_FOLDER,
  ENOSPC: 'its disk is full, so make room there',
};
