import type { UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../../shared/values/index.ts';
import { MessageId, type Message } from '../contract/index.ts';

type MessageRow = Omit<Message, 'createdAt'> & { createdAt: Date };

export interface MessageFilter extends PageRequest {
  readonly orderId?: string | undefined;
}

export class MessageReader {
  async list(work: UnitOfWork, { limit, cursor, orderId }: MessageFilter): Promise<Page<Message>> {
    const rows = await work.rows<MessageRow>(
      `select id, kind, channel, recipient, subject, body, order_id as "orderId", status, created_at as "createdAt"
       from messages where ($1::text is null or id < $1) and ($2::text is null or order_id = $2)
       order by id desc limit $3`,
      [cursor === undefined ? null : lastIdOf(cursor), orderId ?? null, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id], toMessage);
  }
}

/** The id at which the page before ended. */
function lastIdOf(cursor: string): string {
  const id = MessageId.safeParse(decodeCursor(cursor, 1)?.[0]);
  if (id.success) return id.data;
  throw problems.invalidInput([
    { pointer: '/cursor', code: 'invalid_cursor', message: 'Send the nextCursor of the page before, as it came.' },
  ]);
}

function toMessage({ createdAt, ...row }: MessageRow): Message {
  return { ...row, createdAt: createdAt.toISOString() };
}
