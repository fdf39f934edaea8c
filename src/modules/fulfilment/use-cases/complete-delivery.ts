import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { Fulfilment, type Shipment } from '../contract/index.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

type CompleteDeliveryOperation = typeof Fulfilment.operations.completeDelivery;

/** The last step of a delivery: the order knows. */
export class CompleteDelivery implements UseCase<CompleteDeliveryOperation> {
  constructor(
    @inject(ShipmentRepository) private readonly shipments: ShipmentRepository,
    @inject(ShipmentReader) private readonly reader: ShipmentReader,
  ) {}

  async execute({ shipmentId }: ParsedInputOf<CompleteDeliveryOperation>, work: UnitOfWork): Promise<Shipment> {
    const state = present(await this.shipments.findForUpdate(work, shipmentId), 'a shipment is never removed');
    if (state.status === 'dispatched') await this.shipments.deliver(work, shipmentId);
    const shipment = present(await this.reader.find(work, shipmentId), 'a shipment is never removed');
    if (state.status === 'dispatched') {
      const deliveredAt = present(shipment.deliveredAt, 'what is delivered has a time');
      work.publish(Fulfilment.events.shipmentDelivered, { shipmentId, orderId: state.orderId, deliveredAt });
    }
    return shipment;
  }
}
