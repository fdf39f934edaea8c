import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Fulfilment } from '../contract/index.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';

type Operation = typeof Fulfilment.operations.listShipments;

export class ListShipments implements UseCase<Operation> {
  constructor(@inject(ShipmentReader) private readonly shipments: ShipmentReader) {}

  async execute(filter: ParsedInputOf<Operation>, work: UnitOfWork): Promise<OutputOf<Operation>> {
    return await this.shipments.list(work, filter);
  }
}
