import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import type { Ordering } from '../contract/index.ts';
import { OrderRepository } from '../persistence/order.repository.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';
import { AbandonRefund } from './abandon-refund.ts';

type AbandonReturnOperation = typeof Ordering.operations.abandonReturn;

/** What was set aside is free again. A return that has not begun is refused from now on. */
export class AbandonReturn implements UseCase<AbandonReturnOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(ReturnRepository) private readonly returns: ReturnRepository,
    @inject(AbandonRefund) private readonly abandonRefund: AbandonRefund,
  ) {}

  async execute({ orderId, returnId }: ParsedInputOf<AbandonReturnOperation>, work: UnitOfWork): Promise<void> {
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) return;
    const earlier = (await this.returns.list(work, orderId)).find(({ id }) => id === returnId);
    if (earlier === undefined) {
      const nothing = { lines: [], refundId: null, amount: 0 };
      await this.returns.insert(work, { id: returnId, orderId, status: 'abandoned', ...nothing });
      return;
    }
    if (earlier.status === 'abandoned') return;
    invariant(earlier.status === 'begun', `${returnId} is recorded and cannot be given up`);
    await this.returns.move(work, returnId, 'abandoned');
    if (earlier.refundId !== null) await this.abandonRefund.execute({ refundId: earlier.refundId }, work);
  }
}
