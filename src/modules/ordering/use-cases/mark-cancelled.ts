import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Ordering, type Order } from '../contract/index.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';

type MarkCancelledOperation = typeof Ordering.operations.markCancelled;

/** The last step of a cancellation: stock and money are back. */
export class MarkCancelled implements UseCase<MarkCancelledOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
  ) {}

  async execute({ orderId, reason }: ParsedInputOf<MarkCancelledOperation>, work: UnitOfWork): Promise<Order> {
    const order = present(await this.orders.findForUpdate(work, orderId), 'an order that is cancelled exists');
    if (order.status === 'cancelled') return toOrder(order);
    // A refund that is under way decides how much was left to give back, so this step is repeated after it.
    if ((await this.refunds.countPending(work, orderId)) > 0)
      throw new Error(`a refund of ${orderId} is still under way`);
    const left = order.totals.total.amount - order.refunded;
    await this.orders.addRefunded(work, orderId, left, []);
    const cancelled = await this.orders.move(work, orderId, [order.status], 'cancelled');
    work.publish(Ordering.events.orderCancelled, {
      orderId,
      number: order.number,
      reason,
      refunded: money(left, order.currency),
      cancelledAt: new Date().toISOString(),
    });
    return toOrder(present(cancelled, 'an order that is locked stays as it is'));
  }
}
