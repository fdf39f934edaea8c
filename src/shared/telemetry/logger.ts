import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Names of fields that are never written, wherever they stand in a record. */
const SECRET_FIELDS = [
  'authorization',
  'password',
  'token',
  'secret',
  'email',
  'cookie',
  'accessToken',
  'shippingAddress',
];

/** Structured logs, one JSON object a line, to standard output. Secrets and personal data are removed. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[removed]' },
  });
}
