import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor } from '../../../shared/values/index.ts';

/** The id at which the page before ended. */
export function lastIdOf(
  cursor: string,
  schema: { safeParse(text: unknown): { success: boolean; data?: string } },
): string {
  const id = schema.safeParse(decodeCursor(cursor, 1)?.[0]);
  if (id.success && id.data !== undefined) return id.data;
  throw problems.invalidInput([
    { pointer: '/cursor', code: 'invalid_cursor', message: 'Send the nextCursor of the page before, as it came.' },
  ]);
}
