import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import { Ordering } from '../contract/index.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository } from '../persistence/order.repository.ts';

type AbandonDispatchOperation = typeof Ordering.operations.abandonDispatch;

/**
 * The goods stay, and with them their share of the price. A dispatch that has not begun is refused from now on: a
 * process that was paused must not begin it after it has been undone.
 */
export class AbandonDispatch implements UseCase<AbandonDispatchOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
  ) {}

  async execute({ orderId, dispatchId }: ParsedInputOf<AbandonDispatchOperation>, work: UnitOfWork): Promise<void> {
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) return;
    const earlier = (await this.dispatches.list(work, orderId)).find(({ id }) => id === dispatchId);
    if (earlier === undefined) {
      await this.dispatches.insert(work, { id: dispatchId, orderId, status: 'abandoned', lines: [], amount: 0 });
      return;
    }
    if (earlier.status === 'abandoned') return;
    invariant(earlier.status === 'begun', `the goods of ${dispatchId} have left and cannot be kept`);
    await this.dispatches.move(work, dispatchId, 'abandoned');
  }
}
