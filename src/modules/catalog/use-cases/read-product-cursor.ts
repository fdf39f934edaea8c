import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor } from '../../../shared/values/index.ts';

/** The id after which the next page begins. */
export function readProductCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = decodeCursor(cursor, 1)?.[0];
  // Postgres takes no NUL in a text, and no id has one.
  if (id !== undefined && !id.includes('\u0000')) return id;
  throw problems.invalidInput([
    { pointer: '/cursor', code: 'invalid_cursor', message: 'This is no cursor of this list.' },
  ]);
}
