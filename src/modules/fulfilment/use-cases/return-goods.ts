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
import { Fulfilment, type Return } from '../contract/index.ts';
import { planReturnedLines } from '../domain/returned-lines.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';
import { returnSaga, type ReturnState } from '../sagas/return.saga.ts';

type ReturnGoodsOperation = typeof Fulfilment.operations.returnGoods;
type Wish = ParsedInputOf<ReturnGoodsOperation>;

/** Sets the pieces aside, under the order's lock: of two returns of the last piece, the second is told that none is left. */
export class ReturnGoods implements Coordination<ReturnGoodsOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(ShipmentRepository) private readonly shipments: ShipmentRepository,
    @inject(ShipmentReader) private readonly reader: ShipmentReader,
    @inject(ReturnRepository) private readonly returns: ReturnRepository,
  ) {}

  async coordinate(input: Wish, call: CallContext): Promise<Return> {
    const operation = Fulfilment.operations.returnGoods;
    const meanwhile = async (returnId: string): Promise<Return> =>
      present(await this.returns.find(this.database.reader(call), returnId), 'a return that is under way exists');
    const request = { operation, input, call, waitMs: this.config.sagas.checkoutWaitMs, meanwhile };
    return await this.sagas.conduct(returnSaga, request, (work) => this.#begin(work, input));
  }

  async #begin(work: UnitOfWork, input: Wish): Promise<StartedSaga<ReturnState>> {
    const { orderId, reason, location, refund } = input;
    await this.shipments.lockOrder(work, orderId);
    const sent = await this.reader.listSentLines(work, orderId);
    const returned = await this.returns.listReturnedPieces(work, orderId);
    const lines = planReturnedLines(orderId, sent, returned, input.lines);
    const returnId = newId('ret');
    await this.returns.insert(work, { id: returnId, orderId, reason, location, lines });
    const goods = lines.map(({ title: _, ...line }) => line);
    const asked = refund === undefined ? {} : { asked: refund };
    return { key: returnId, state: { returnId, orderId, lines: goods, reason, location, ...asked } };
  }
}
