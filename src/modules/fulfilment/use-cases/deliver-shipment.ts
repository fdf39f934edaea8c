import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { present, problems } from '../../../shared/errors/index.ts';
import { CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { Fulfilment, type Shipment } from '../contract/index.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';
import { deliverySaga, type DeliveryState } from '../sagas/delivery.saga.ts';

type DeliverShipmentOperation = typeof Fulfilment.operations.deliverShipment;

/** A parcel arrives once: its id is the saga's key, whoever reports it. */
export class DeliverShipment implements Coordination<DeliverShipmentOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(ShipmentRepository) private readonly shipments: ShipmentRepository,
    @inject(ShipmentReader) private readonly reader: ShipmentReader,
  ) {}

  async coordinate(input: ParsedInputOf<DeliverShipmentOperation>, call: CallContext): Promise<Shipment> {
    const { shipmentId } = input;
    const shipment = await this.reader.find(this.database.reader(call), shipmentId);
    if (shipment === undefined) throw Fulfilment.errors.shipmentNotFound({ shipmentId });
    if (shipment.status === 'delivered') return shipment;
    const operation = Fulfilment.operations.deliverShipment;
    const meanwhile = async (): Promise<Shipment> =>
      present(await this.reader.find(this.database.reader(call), shipmentId), 'a shipment is never removed');
    const request = { operation, input, call, waitMs: this.config.sagas.checkoutWaitMs, meanwhile };
    return await this.sagas
      .conduct(deliverySaga, request, (work) => this.#begin(work, shipmentId))
      .catch((error: unknown) => {
        if (isUniqueViolation(error, 'sagas_name_key_key')) throw problems.requestInProgress();
        throw error;
      });
  }

  async #begin(work: UnitOfWork, shipmentId: string): Promise<StartedSaga<DeliveryState>> {
    const state = present(await this.shipments.findForUpdate(work, shipmentId), 'a shipment is never removed');
    const { orderId, status } = state;
    if (status === 'delivered') throw problems.requestInProgress();
    if (status !== 'dispatched') throw Fulfilment.errors.shipmentNotDispatched({ shipmentId, status });
    const dispatchId = present(state.dispatchId, 'what is dispatched was dispatched by something');
    return { key: shipmentId, state: { shipmentId, orderId, dispatchId } };
  }
}
