import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Fulfilment, type Shipment, type ShipmentLine } from '../contract/index.ts';
import { divideLines } from '../domain/dispatched-lines.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

type CompleteDispatchOperation = typeof Fulfilment.operations.completeDispatch;

/** The last step of a dispatch: the parcel is on its way, and what stayed behind is the next one. */
export class CompleteDispatch implements UseCase<CompleteDispatchOperation> {
  constructor(
    @inject(ShipmentRepository) private readonly shipments: ShipmentRepository,
    @inject(ShipmentReader) private readonly reader: ShipmentReader,
  ) {}

  async execute(input: ParsedInputOf<CompleteDispatchOperation>, work: UnitOfWork): Promise<Shipment> {
    const { shipmentId, dispatchId, email, carrier = null, trackingNumber = null } = input;
    const before = await this.#read(work, shipmentId);
    await this.shipments.lockOrder(work, before.orderId);
    const state = present(await this.shipments.findForUpdate(work, shipmentId), 'a shipment is never removed');
    invariant(state.dispatchId === dispatchId, `${shipmentId} is dispatched by ${dispatchId}`);
    if (state.status !== 'dispatching') return before;
    const { going, staying } = divideLines(before, input.lines);
    await this.shipments.dispatch(work, shipmentId, { lines: going, carrier, trackingNumber });
    if (staying.length > 0) await this.#openNextPart(work, before, staying, state.orderCancelled);
    const shipment = await this.#read(work, shipmentId);
    work.publish(Fulfilment.events.shipmentDispatched, {
      shipmentId,
      orderId: shipment.orderId,
      orderNumber: shipment.orderNumber,
      email,
      lines: shipment.lines,
      carrier,
      trackingNumber,
      dispatchedAt: present(shipment.dispatchedAt, 'what is dispatched has a time'),
    });
    return shipment;
  }

  async #read(work: UnitOfWork, shipmentId: string): Promise<Shipment> {
    return present(await this.reader.find(work, shipmentId), 'a shipment that is dispatched exists');
  }

  /** Where the rest of the order was cancelled meanwhile, it is kept as what was not sent. */
  async #openNextPart(
    work: UnitOfWork,
    { id: from, orderId, orderNumber }: Shipment,
    lines: ShipmentLine[],
    orderCancelled: boolean,
  ): Promise<void> {
    const id = newId('shp');
    await this.shipments.split(work, from, { id, status: orderCancelled ? 'cancelled' : 'open', lines });
    if (!orderCancelled)
      work.publish(Fulfilment.events.shipmentOpened, { shipmentId: id, orderId, orderNumber, lines });
  }
}
