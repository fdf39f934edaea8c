import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Fulfilment, type Shipment } from '../contract/index.ts';
import { divideLines } from '../domain/dispatched-lines.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';
import { dispatchSaga, type DispatchState } from '../sagas/dispatch.saga.ts';

type DispatchShipmentOperation = typeof Fulfilment.operations.dispatchShipment;
type Wish = ParsedInputOf<DispatchShipmentOperation>;

/** Takes the shipment, under its lock, and carries the dispatch as far as it goes within the wait that is configured. */
export class DispatchShipment implements Coordination<DispatchShipmentOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(ShipmentRepository) private readonly shipments: ShipmentRepository,
    @inject(ShipmentReader) private readonly reader: ShipmentReader,
  ) {}

  async coordinate(input: Wish, call: CallContext): Promise<Shipment> {
    const operation = Fulfilment.operations.dispatchShipment;
    const meanwhile = async (): Promise<Shipment> => {
      const shipment = await this.reader.find(this.database.reader(call), input.shipmentId);
      return present(shipment, 'a shipment that is being dispatched exists');
    };
    const request = { operation, input, call, waitMs: this.config.sagas.checkoutWaitMs, meanwhile };
    return await this.sagas.conduct(dispatchSaga, request, (work) => this.#begin(work, input));
  }

  async #begin(work: UnitOfWork, input: Wish): Promise<StartedSaga<DispatchState>> {
    const { shipmentId, lines, ...tracking } = input;
    const state = await this.shipments.findForUpdate(work, shipmentId);
    if (state === undefined) throw Fulfilment.errors.shipmentNotFound({ shipmentId });
    if (state.status !== 'open') throw Fulfilment.errors.shipmentNotOpen({ shipmentId, status: state.status });
    const shipment = present(await this.reader.find(work, shipmentId), 'a shipment that is locked exists');
    const { going } = divideLines(shipment, lines);
    const dispatchId = newId('dsp');
    await this.shipments.beginDispatch(work, shipmentId, dispatchId);
    const goods = going.map(({ orderLineId, sku, quantity }) => ({ orderLineId, sku, quantity }));
    return { key: dispatchId, state: { shipmentId, dispatchId, orderId: state.orderId, lines: goods, tracking } };
  }
}
