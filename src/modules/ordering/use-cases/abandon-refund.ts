import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Ordering } from '../contract/index.ts';
import { OrderRepository } from '../persistence/order.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';

type AbandonRefundOperation = typeof Ordering.operations.abandonRefund;

/** The provider would not give the money back: what was set aside for it is free again. */
export class AbandonRefund implements UseCase<AbandonRefundOperation> {
  constructor(
    @inject(RefundRepository) private readonly refunds: RefundRepository,
    @inject(OrderRepository) private readonly orders: OrderRepository,
  ) {}

  async execute({ refundId }: ParsedInputOf<AbandonRefundOperation>, work: UnitOfWork): Promise<void> {
    const ended = await this.refunds.end(work, refundId, 'abandoned');
    if (ended === undefined) return;
    const lines = ended.lines.map(({ lineId, quantity }) => ({ lineId, quantity: -quantity }));
    await this.orders.addRefunded(work, ended.orderId, -ended.amount.amount, lines);
  }
}
