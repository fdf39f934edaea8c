import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

/**
 * Cancels what of an order has not been sent. A dispatch that the order has refused may not have come to its end here: its
 * shipment is cancelled with that end.
 */
export class ShipmentCanceller {
  constructor(@inject(ShipmentRepository) private readonly shipments: ShipmentRepository) {}

  async cancel(work: UnitOfWork, orderId: string): Promise<void> {
    await this.shipments.lockOrder(work, orderId);
    for (const shipmentId of await this.shipments.cancel(work, orderId)) {
      work.publish(Fulfilment.events.shipmentCancelled, { shipmentId, orderId });
    }
  }
}
