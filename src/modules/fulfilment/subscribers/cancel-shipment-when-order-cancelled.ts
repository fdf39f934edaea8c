import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { ShipmentCanceller } from '../use-cases/shipment-canceller.ts';

type Cancelled = typeof Ordering.events.orderCancelled;

export class CancelShipmentWhenOrderCancelled implements Subscriber<Cancelled> {
  constructor(@inject(ShipmentCanceller) private readonly canceller: ShipmentCanceller) {}

  async execute({ data: { orderId } }: HeardEvent<Cancelled>, work: UnitOfWork): Promise<void> {
    await this.canceller.cancel(work, orderId);
  }
}
