import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { dayOf } from '../domain/sales-period.ts';
import { SalesRepository } from '../persistence/sales.repository.ts';

type Confirmed = typeof Ordering.events.orderConfirmed;

export class CountOrderWhenOrderConfirmed implements Subscriber<Confirmed> {
  constructor(@inject(SalesRepository) private readonly sales: SalesRepository) {}

  async execute({ data }: HeardEvent<Confirmed>, work: UnitOfWork): Promise<void> {
    await this.sales.recordOrder(work, {
      orderId: data.orderId,
      day: dayOf(data.placedAt),
      currency: data.currency,
      lines: data.lines.length,
      units: data.lines.reduce((sum, { quantity }) => sum + quantity, 0),
      gross: data.totals.total.amount,
      tax: data.totals.tax.amount,
      delivery: data.totals.delivery.amount,
    });
  }
}
