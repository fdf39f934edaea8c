import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { orderCancellation } from '../domain/order-messages.ts';
import { MessageRepository } from '../persistence/message.repository.ts';
import { RecipientRepository } from '../persistence/recipient.repository.ts';

type Cancelled = typeof Ordering.events.orderCancelled;

export class QueueCancellationWhenOrderCancelled implements Subscriber<Cancelled> {
  constructor(
    @inject(RecipientRepository) private readonly recipients: RecipientRepository,
    @inject(MessageRepository) private readonly messages: MessageRepository,
  ) {}

  async execute({ data }: HeardEvent<Cancelled>, work: UnitOfWork): Promise<void> {
    const recipient = await this.recipients.find(work, data.orderId);
    if (recipient === undefined) return;
    await this.messages.record(work, {
      kind: 'order_cancellation',
      about: data.orderId,
      recipient: recipient.email,
      orderId: data.orderId,
      ...orderCancellation(recipient.orderNumber, data.refunded),
    });
  }
}
