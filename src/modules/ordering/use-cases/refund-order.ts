import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { CLOCK, CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { newId, type Clock } from '../../../shared/values/index.ts';
import { Ordering, type Refund } from '../contract/index.ts';
import { planRefund } from '../domain/refund.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';
import { refundSaga, type RefundState } from '../sagas/refund.saga.ts';

type RefundOrderOperation = typeof Ordering.operations.refundOrder;
type RefundWish = ParsedInputOf<RefundOrderOperation>;

/** Sets the amount aside on the order, then has payments give it back. */
export class RefundOrder implements Coordination<RefundOrderOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
  ) {}

  async coordinate(input: RefundWish, call: CallContext): Promise<Refund> {
    if (input.refundedAt !== undefined && new Date(input.refundedAt) > this.clock.now()) {
      throw Ordering.errors.placedInFuture({ field: 'refundedAt' });
    }
    const request = {
      operation: Ordering.operations.refundOrder,
      input,
      call,
      waitMs: this.config.sagas.checkoutWaitMs,
      meanwhile: async (refundId: string) =>
        present(await this.refunds.find(this.database.reader(call), refundId), 'a refund under way exists'),
    };
    return await this.sagas
      .conduct(refundSaga, request, (work) => this.#begin(work, input))
      .catch((error: unknown) => this.#explain(error, input.reference, call));
  }

  async #begin(work: UnitOfWork, input: RefundWish): Promise<StartedSaga<RefundState>> {
    const { orderId, reason, reference, refundedAt } = input;
    const row = await this.orders.findForUpdate(work, orderId);
    if (row === undefined) throw Ordering.errors.orderNotFound({ orderId });
    // A repeat is told of the first one, even when that one left nothing to refund.
    if (reference !== undefined) await this.#refuseTaken(work, reference);
    const { amount, lines } = planRefund(toOrder(row), input);
    const refundId = newId('ref');
    await this.refunds.insert(work, {
      id: refundId,
      orderId,
      amount,
      lines: [...lines],
      reason,
      reference: reference ?? null,
      refundedAt,
    });
    await this.orders.addRefunded(work, orderId, amount.amount, lines);
    const occurredAt = refundedAt === undefined ? {} : { occurredAt: refundedAt };
    return { key: refundId, state: { orderId, refundId, amount, ...occurredAt } };
  }

  /** Two with the same reference at once: the one that lost hears of the other. */
  async #explain(error: unknown, reference: string | undefined, call: CallContext): Promise<never> {
    if (reference !== undefined && isUniqueViolation(error, 'refunds_reference')) {
      await this.#refuseTaken(this.database.reader(call), reference);
    }
    throw error;
  }

  async #refuseTaken(work: UnitOfWork, reference: string): Promise<void> {
    const earlier = await this.refunds.findByReference(work, reference);
    if (earlier === undefined) return;
    throw Ordering.errors.referenceTaken({ reference, refundId: earlier.id, orderId: earlier.orderId });
  }
}
