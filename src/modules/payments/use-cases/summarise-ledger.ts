import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { Payments } from '../contract/index.ts';
import { LedgerReader } from '../persistence/ledger.reader.ts';

type Op = typeof Payments.operations.summariseLedger;

export class SummariseLedger implements UseCase<Op> {
  constructor(@inject(LedgerReader) private readonly ledger: LedgerReader) {}

  async execute(period: ParsedInputOf<Op>, work: UnitOfWork): Promise<OutputOf<Op>> {
    const sums = await this.ledger.summarise(work, period);
    const items = sums.map(({ account, debit, credit }) => ({
      account,
      debit: money(debit, period.currency),
      credit: money(credit, period.currency),
    }));
    return { items };
  }
}
