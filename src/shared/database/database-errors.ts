import { BaseError, ConnectionError } from 'sequelize';

/** Postgres error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
/** Connections, resources, shutdowns, the system below, and a server that only reads since it is a standby. */
const CONNECTION_CLASS = /^(08|53|57P|58)|^25006$/;

/** What the driver and the pool say of connections in words alone. */
const WITHOUT_CODE =
  /Connection terminated|not queryable|Query read timeout|ConnectionManager\.getConnection|connection is closed|Client was closed/i;

/** The driver's own error inside Sequelize's wrapping, or the error itself. */
function driverError(error: unknown): { code?: unknown; constraint?: unknown; message?: string } | undefined {
  if (error instanceof BaseError && 'parent' in error && error.parent instanceof Error) return error.parent;
  return error instanceof Error ? error : undefined;
}

export function codeOf(error: unknown): string | undefined {
  const code = driverError(error)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Postgres rolled the transaction back for the sake of another one: it may simply be run again. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return codeOf(error) === UNIQUE_VIOLATION && driverError(error)?.constraint === constraint;
}

/** The connection went away, or could not be had. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  const code = codeOf(error);
  if (code !== undefined && (CONNECTION_CLASS.test(code) || /^E[A-Z]+$/.test(code))) return true;
  return WITHOUT_CODE.test(driverError(error)?.message ?? '');
}
