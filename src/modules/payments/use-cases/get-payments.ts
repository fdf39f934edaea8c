import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Payments } from '../contract/index.ts';
import { summaryOf } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';

type Op = typeof Payments.operations.getPayments;

export class GetPayments implements UseCase<Op> {
  constructor(@inject(PaymentRepository) private readonly payments: PaymentRepository) {}

  async execute({ orderIds }: ParsedInputOf<Op>, work: UnitOfWork): Promise<OutputOf<Op>> {
    return (await this.payments.list(work, orderIds)).map(summaryOf);
  }
}
