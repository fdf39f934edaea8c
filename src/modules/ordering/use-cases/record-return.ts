import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import type { Ordering } from '../contract/index.ts';
import { OrderRepository } from '../persistence/order.repository.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';
import { RecordRefund } from './record-refund.ts';

type RecordReturnOperation = typeof Ordering.operations.recordReturn;

/** The goods are here and the money is there: the refund becomes known like every other. */
export class RecordReturn implements UseCase<RecordReturnOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(ReturnRepository) private readonly returns: ReturnRepository,
    @inject(RecordRefund) private readonly recordRefund: RecordRefund,
  ) {}

  async execute({ orderId, returnId }: ParsedInputOf<RecordReturnOperation>, work: UnitOfWork): Promise<void> {
    present(await this.orders.findForUpdate(work, orderId), 'an order whose goods came back exists');
    const known = (await this.returns.list(work, orderId)).find(({ id }) => id === returnId);
    invariant(known !== undefined && known.status !== 'abandoned', `${returnId} has begun before it is recorded`);
    if (known.status === 'done') return;
    await this.returns.move(work, returnId, 'done');
    await this.orders.count(work, orderId, 'returnedQuantity', known.lines);
    if (known.refundId !== null) await this.recordRefund.execute({ refundId: known.refundId }, work);
  }
}
