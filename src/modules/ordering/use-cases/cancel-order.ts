import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering, type Order, type OrderWithPayment } from '../contract/index.ts';
import { planRestRefund } from '../domain/rest.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository, toOrder, type OrderRow } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';
import { cancellationSaga, type CancellationState } from '../sagas/cancellation.saga.ts';

type CancelOrderOperation = typeof Ordering.operations.cancelOrder;

/** What has left the house comes back as a return, not as a cancellation: of a partly shipped order the rest is cancelled. */
const CANCELLABLE = new Set<Order['status']>(['confirmed', 'partly_shipped']);
const NO_REASON = 'not given';

export class CancelOrder implements Coordination<CancelOrderOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
    @inject(ReturnRepository) private readonly returns: ReturnRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
    @inject(clientOf(Payments)) private readonly payments: Client<typeof Payments>,
  ) {}

  async coordinate(input: ParsedInputOf<CancelOrderOperation>, call: CallContext): Promise<OrderWithPayment> {
    const { orderId, reason = NO_REASON } = input;
    const order = await this.#read(orderId, call);
    if (order.status !== 'cancelled') {
      const request = {
        operation: Ordering.operations.cancelOrder,
        input,
        call,
        waitMs: this.config.sagas.checkoutWaitMs,
        meanwhile: () => this.#withPayment(orderId, call),
      };
      const cancelled = await this.sagas
        .conduct(cancellationSaga, request, (work) => this.#begin(work, orderId, reason))
        .catch((error: unknown) => {
          if (isUniqueViolation(error, 'sagas_name_key_key')) throw problems.requestInProgress();
          throw error;
        });
      // As it was when the cancellation ended, so that a repeat gets the same answer. Those of before kept none.
      const kept = cancelled as OrderWithPayment | null;
      if (kept !== null) return kept;
    }
    return await this.#withPayment(orderId, call);
  }

  async #withPayment(orderId: string, call: CallContext): Promise<OrderWithPayment> {
    const [payment] = await this.payments.getPayments({ orderIds: [orderId] }, call);
    return { ...(await this.#read(orderId, call)), payment: payment ?? null };
  }

  async #begin(work: UnitOfWork, orderId: string, reason: string): Promise<StartedSaga<CancellationState>> {
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) throw Ordering.errors.orderNotFound({ orderId });
    if (!CANCELLABLE.has(order.status)) throw Ordering.errors.notCancellable({ orderId, status: order.status });
    if (await this.dispatches.isUnderWay(work, orderId)) throw Ordering.errors.dispatchUnderWay({ orderId });
    await this.orders.beginCancelling(work, orderId);
    const rest = order.status === 'partly_shipped' ? { rest: await this.#setAside(work, order, reason) } : {};
    return { key: orderId, state: { orderId, reason, ...rest } };
  }

  /** What was not sent is refunded like any other part of an order: counted on its row before any money moves. */
  async #setAside(work: UnitOfWork, order: OrderRow, reason: string): Promise<NonNullable<CancellationState['rest']>> {
    const { id: orderId, currency, totals } = order;
    const [dispatches, returns] = [await this.dispatches.list(work, orderId), await this.returns.list(work, orderId)];
    const { amount, refundedBefore, lines } = planRestRefund(order, dispatches, returns);
    const rest = {
      amount: money(amount, currency),
      total: totals.total,
      refundedBefore: money(refundedBefore, currency),
    };
    if (amount === 0) return { ...rest, refundId: null };
    const refundId = newId('ref');
    const refund = { id: refundId, orderId, amount: rest.amount, lines, reason };
    await this.refunds.insert(work, { ...refund, reference: null, refundedAt: undefined });
    await this.orders.addRefunded(work, orderId, amount, lines);
    return { ...rest, refundId };
  }

  async #read(orderId: string, call: CallContext): Promise<Order> {
    const row = await this.orders.find(this.database.reader(call), orderId);
    if (row === undefined) throw Ordering.errors.orderNotFound({ orderId });
    return toOrder(row);
  }
}
