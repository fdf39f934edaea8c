import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions } from 'pino';
import { serializeError } from './serialize-error.ts';

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

/**
 * Structured logs, one JSON object a line, by default to standard output. Secrets and personal data are removed.
 * `process` names the process in each record, where there are several.
 */
export function createLogger(
  level: string,
  process?: string,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const options: LoggerOptions = {
    level,
    base: process === undefined ? null : { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => serializeError(error) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[removed]' },
  };
  return pino(options, destination);
}
