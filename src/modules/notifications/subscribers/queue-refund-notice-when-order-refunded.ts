import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { refundNotice } from '../domain/order-messages.ts';
import { MessageRepository } from '../persistence/message.repository.ts';
import { RecipientRepository } from '../persistence/recipient.repository.ts';

type Refunded = typeof Ordering.events.orderRefunded;

export class QueueRefundNoticeWhenOrderRefunded implements Subscriber<Refunded> {
  constructor(
    @inject(RecipientRepository) private readonly recipients: RecipientRepository,
    @inject(MessageRepository) private readonly messages: MessageRepository,
  ) {}

  async execute({ data }: HeardEvent<Refunded>, work: UnitOfWork): Promise<void> {
    const recipient = await this.recipients.find(work, data.orderId);
    if (recipient === undefined) return;
    await this.messages.record(work, {
      kind: 'refund_notice',
      about: data.refundId,
      recipient: recipient.email,
      orderId: data.orderId,
      ...refundNotice(recipient.orderNumber, data.amount),
    });
  }
}
