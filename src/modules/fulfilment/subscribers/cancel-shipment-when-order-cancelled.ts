import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

type Cancelled = typeof Ordering.events.orderCancelled;

export class CancelShipmentWhenOrderCancelled implements Subscriber<Cancelled> {
  constructor(@inject(ShipmentRepository) private readonly shipments: ShipmentRepository) {}

  async execute({ data: { orderId } }: HeardEvent<Cancelled>, work: UnitOfWork): Promise<void> {
    const shipmentId = await this.shipments.cancel(work, orderId);
    if (shipmentId !== undefined) work.publish(Fulfilment.events.shipmentCancelled, { shipmentId, orderId });
  }
}
