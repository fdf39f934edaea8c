import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { orderConfirmation } from '../domain/order-messages.ts';
import { MessageRepository } from '../persistence/message.repository.ts';
import { RecipientRepository } from '../persistence/recipient.repository.ts';

type Confirmed = typeof Ordering.events.orderConfirmed;

export class QueueConfirmationWhenOrderConfirmed implements Subscriber<Confirmed> {
  constructor(
    @inject(RecipientRepository) private readonly recipients: RecipientRepository,
    @inject(MessageRepository) private readonly messages: MessageRepository,
  ) {}

  async execute({ data }: HeardEvent<Confirmed>, work: UnitOfWork): Promise<void> {
    const { orderId, number: orderNumber, email } = data;
    if (email === null) return;
    await this.recipients.keep(work, { orderId, orderNumber, email });
    await this.messages.record(work, {
      kind: 'order_confirmation',
      about: orderId,
      recipient: email,
      orderId,
      ...orderConfirmation(data),
    });
  }
}
