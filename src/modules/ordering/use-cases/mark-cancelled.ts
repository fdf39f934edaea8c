import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';
import { OrderRepository } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';

type MarkCancelledOperation = typeof Ordering.operations.markCancelled;

/** The last step of a cancellation: stock and money are back. */
export class MarkCancelled implements UseCase<MarkCancelledOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
  ) {}

  async execute({ orderId, reason }: ParsedInputOf<MarkCancelledOperation>, work: UnitOfWork): Promise<void> {
    const order = present(await this.orders.findForUpdate(work, orderId), 'an order that is cancelled exists');
    if (order.status === 'cancelled') return;
    // A refund that is under way decides how much was left to give back, so this step is repeated after it.
    if ((await this.refunds.countPending(work, orderId)) > 0)
      throw new Error(`a refund of ${orderId} is still under way`);
    const left = order.totals.total.amount - order.refunded;
    await this.orders.addRefunded(work, orderId, left, []);
    await this.orders.move(work, orderId, [order.status], 'cancelled');
    work.publish(Ordering.events.orderCancelled, {
      orderId,
      number: order.number,
      reason,
      refunded: money(left, order.currency),
      cancelledAt: new Date().toISOString(),
    });
  }
}
