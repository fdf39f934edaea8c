import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { dayOf } from '../domain/sales-period.ts';
import { SalesRepository } from '../persistence/sales.repository.ts';

type Issued = typeof Ordering.events.creditNoteIssued;

export class CountRefundWhenCreditNoteIssued implements Subscriber<Issued> {
  constructor(@inject(SalesRepository) private readonly sales: SalesRepository) {}

  async execute({ data }: HeardEvent<Issued>, work: UnitOfWork): Promise<void> {
    const { amount, currency } = data.total;
    await this.sales.recordRefund(work, {
      cause: 'credit_note',
      id: data.creditNoteId,
      day: dayOf(data.issuedAt),
      currency,
      amount,
    });
  }
}
