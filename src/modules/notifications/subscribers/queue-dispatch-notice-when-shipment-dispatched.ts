import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Fulfilment } from '../../fulfilment/contract/index.ts';
import { dispatchNotice } from '../domain/order-messages.ts';
import { MessageRepository } from '../persistence/message.repository.ts';

type Dispatched = typeof Fulfilment.events.shipmentDispatched;

/** The address comes with the event: it may be here before the order's confirmation, which is another module's. */
export class QueueDispatchNoticeWhenShipmentDispatched implements Subscriber<Dispatched> {
  constructor(@inject(MessageRepository) private readonly messages: MessageRepository) {}

  async execute({ data }: HeardEvent<Dispatched>, work: UnitOfWork): Promise<void> {
    const { shipmentId, orderId, email } = data;
    if (email === null) return;
    await this.messages.record(work, {
      kind: 'dispatch_notice',
      about: shipmentId,
      recipient: email,
      orderId,
      ...dispatchNotice(data),
    });
  }
}
