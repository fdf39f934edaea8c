import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { ShipmentCanceller } from '../use-cases/shipment-canceller.ts';

type RestCancelled = typeof Ordering.events.orderRestCancelled;

/** What has left stays as it is. */
export class CancelShipmentWhenRestCancelled implements Subscriber<RestCancelled> {
  constructor(@inject(ShipmentCanceller) private readonly canceller: ShipmentCanceller) {}

  async execute({ data: { orderId } }: HeardEvent<RestCancelled>, work: UnitOfWork): Promise<void> {
    await this.canceller.cancel(work, orderId);
  }
}
