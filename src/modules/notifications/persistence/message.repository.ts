import type { UnitOfWork } from '../../../shared/database/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Message, MessageKind } from '../contract/index.ts';
import type { MessageText } from '../domain/order-messages.ts';

export interface NewMessage extends MessageText {
  readonly kind: MessageKind;
  /** The id of what it tells of: of each thing it is told once. */
  readonly about: string;
  /** Absent: by e-mail. */
  readonly channel?: Message['channel'];
  readonly recipient: string;
  readonly orderId: string | null;
}

export class MessageRepository {
  /** Writes down what is to be sent. A second message of the same kind about the same thing is dropped. */
  async record(work: UnitOfWork, message: NewMessage): Promise<void> {
    const { kind, about, channel = 'email', recipient, subject, body, orderId } = message;
    await work.run(
      `insert into messages (id, kind, about, channel, recipient, subject, body, order_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict on constraint messages_once do nothing`,
      [newId('msg'), kind, about, channel, recipient, subject, body, orderId],
    );
  }
}
