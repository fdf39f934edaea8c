import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';

type Operation = typeof Fulfilment.operations.getShipment;

export class GetShipment implements UseCase<Operation> {
  constructor(@inject(ShipmentReader) private readonly shipments: ShipmentReader) {}

  async execute({ shipmentId }: ParsedInputOf<Operation>, work: UnitOfWork): Promise<OutputOf<Operation>> {
    const shipment = await this.shipments.find(work, shipmentId);
    if (shipment === undefined) throw Fulfilment.errors.shipmentNotFound({ shipmentId });
    return shipment;
  }
}
