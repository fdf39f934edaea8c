import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { Ordering, type Refund } from '../contract/index.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';

type RecordRefundOperation = typeof Ordering.operations.recordRefund;

/** The last step of a refund: the money is back. */
export class RecordRefund implements UseCase<RecordRefundOperation> {
  constructor(@inject(RefundRepository) private readonly refunds: RefundRepository) {}

  async execute({ refundId }: ParsedInputOf<RecordRefundOperation>, work: UnitOfWork): Promise<Refund> {
    const ended = await this.refunds.end(work, refundId, 'done');
    if (ended === undefined)
      return present(await this.refunds.find(work, refundId), 'a refund that is recorded exists');
    const { orderId, amount, refundedAt } = ended;
    work.publish(Ordering.events.orderRefunded, { orderId, refundId, amount, refundedAt });
    return ended;
  }
}
