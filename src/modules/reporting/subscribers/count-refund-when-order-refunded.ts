import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { dayOf } from '../domain/sales-period.ts';
import { SalesRepository } from '../persistence/sales.repository.ts';

type Refunded = typeof Ordering.events.orderRefunded;

export class CountRefundWhenOrderRefunded implements Subscriber<Refunded> {
  constructor(@inject(SalesRepository) private readonly sales: SalesRepository) {}

  async execute({ data }: HeardEvent<Refunded>, work: UnitOfWork): Promise<void> {
    const { amount, currency } = data.amount;
    await this.sales.recordRefund(work, {
      cause: 'refund',
      id: data.refundId,
      day: dayOf(data.refundedAt),
      currency,
      amount,
    });
  }
}
