import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';
import { planReturn, type ReturnedLine } from '../domain/return.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';

type BeginReturnOperation = typeof Ordering.operations.beginReturn;

/** Sets pieces and money aside under the order's lock, as a refund does: two returns of the last piece cannot both have it. */
export class BeginReturn implements UseCase<BeginReturnOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(ReturnRepository) private readonly returns: ReturnRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
  ) {}

  async execute(input: ParsedInputOf<BeginReturnOperation>, work: UnitOfWork): Promise<OutputOf<BeginReturnOperation>> {
    const { orderId, returnId } = input;
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) throw Ordering.errors.orderNotFound({ orderId });
    const known = await this.returns.list(work, orderId);
    const earlier = known.find(({ id }) => id === returnId);
    if (earlier?.status === 'abandoned') throw Ordering.errors.returnAbandoned({ returnId });
    if (earlier !== undefined) return { refundId: earlier.refundId, amount: money(earlier.amount, order.currency) };
    // A cancellation of the rest that is under way decides which refunds are its own, so this is repeated after it.
    if (order.isCancelling && order.status === 'partly_shipped')
      throw new Error(`the rest of ${orderId} is being cancelled`);
    const { lines, amount } = planReturn(toOrder(order), known, input);
    const refundId = amount === 0 ? null : newId('ref');
    if (refundId !== null)
      await this.#setAside(work, refundId, { ...input, amount: money(amount, order.currency), lines });
    await this.returns.insert(work, { id: returnId, orderId, status: 'begun', lines, refundId, amount });
    return { refundId, amount: money(amount, order.currency) };
  }

  async #setAside(
    work: UnitOfWork,
    id: string,
    planned: { orderId: string; reason: string; amount: ReturnType<typeof money>; lines: readonly ReturnedLine[] },
  ): Promise<void> {
    const { orderId, reason, amount } = planned;
    const lines = planned.lines
      .filter(({ refundedQuantity }) => refundedQuantity > 0)
      .map(({ lineId, refundedQuantity }) => ({ lineId, quantity: refundedQuantity }));
    await this.refunds.insert(work, { id, orderId, amount, lines, reason, reference: null, refundedAt: undefined });
    await this.orders.addRefunded(work, orderId, amount.amount, lines);
  }
}
