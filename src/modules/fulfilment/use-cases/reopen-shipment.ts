import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

type ReopenShipmentOperation = typeof Fulfilment.operations.reopenShipment;

/** The end of a dispatch that failed: it can be tried again, unless its order was cancelled in the meantime. */
export class ReopenShipment implements UseCase<ReopenShipmentOperation> {
  constructor(@inject(ShipmentRepository) private readonly shipments: ShipmentRepository) {}

  async execute({ shipmentId, dispatchId }: ParsedInputOf<ReopenShipmentOperation>, work: UnitOfWork): Promise<void> {
    const state = await this.shipments.findForUpdate(work, shipmentId);
    if (state?.status !== 'dispatching' || state.dispatchId !== dispatchId) return;
    await this.shipments.reopen(work, shipmentId);
    const { orderId, orderCancelled } = state;
    if (orderCancelled) work.publish(Fulfilment.events.shipmentCancelled, { shipmentId, orderId });
  }
}
