import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Ordering, type Order } from '../contract/index.ts';
import { statusAfter } from '../domain/dispatch.ts';
import { unsentPieces } from '../domain/rest.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { RecordRefund } from './record-refund.ts';

type MarkRestCancelledOperation = typeof Ordering.operations.markRestCancelled;

/** The last step of a cancellation of which a part had been sent: that part is now the whole order. */
export class MarkRestCancelled implements UseCase<MarkRestCancelledOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
    @inject(RecordRefund) private readonly recordRefund: RecordRefund,
  ) {}

  async execute(
    { orderId, reason, refundId }: ParsedInputOf<MarkRestCancelledOperation>,
    work: UnitOfWork,
  ): Promise<Order> {
    const order = present(await this.orders.findForUpdate(work, orderId), 'an order that is cancelled exists');
    const dispatches = await this.dispatches.list(work, orderId);
    const lines = unsentPieces(order, dispatches);
    if (lines.length === 0) return toOrder(order);
    const refund = refundId === null ? undefined : await this.recordRefund.execute({ refundId }, work);
    await this.orders.count(work, orderId, 'cancelledQuantity', lines);
    const rest = present(await this.orders.find(work, orderId), 'an order is never removed');
    const moved = await this.orders.move(work, orderId, [order.status], statusAfter(rest, dispatches));
    work.publish(Ordering.events.orderRestCancelled, {
      orderId,
      number: order.number,
      reason,
      lines,
      refunded: refund?.amount ?? money(0, order.currency),
      cancelledAt: new Date().toISOString(),
    });
    return toOrder(present(moved, 'an order that is locked stays as it is'));
  }
}
