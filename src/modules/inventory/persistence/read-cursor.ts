import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor } from '../../../shared/values/index.ts';

/** The key at which the page before ended, or an empty one for the first page. */
export function readCursor(cursor: string | undefined, length: number, pattern = /^/): string[] {
  if (cursor === undefined) return [];
  const key = decodeCursor(cursor, length);
  if (key !== undefined && key.every((part) => pattern.test(part))) return key;
  throw problems.invalidInput([
    { pointer: '/cursor', code: 'invalid_cursor', message: 'Send the nextCursor of the page before, unchanged.' },
  ]);
}
