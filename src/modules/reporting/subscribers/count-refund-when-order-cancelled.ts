import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { dayOf } from '../domain/sales-period.ts';
import { SalesRepository } from '../persistence/sales.repository.ts';

type Cancelled = typeof Ordering.events.orderCancelled;

export class CountRefundWhenOrderCancelled implements Subscriber<Cancelled> {
  constructor(@inject(SalesRepository) private readonly sales: SalesRepository) {}

  async execute({ data }: HeardEvent<Cancelled>, work: UnitOfWork): Promise<void> {
    const { amount, currency } = data.refunded;
    await this.sales.recordRefund(work, {
      cause: 'cancellation',
      id: data.orderId,
      day: dayOf(data.cancelledAt),
      currency,
      amount,
    });
  }
}
