import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { LedgerReader } from '../persistence/ledger.reader.ts';

type SummariseLedgerOperation = typeof Inventory.operations.summariseLedger;

export class SummariseLedger implements UseCase<SummariseLedgerOperation> {
  constructor(@inject(LedgerReader) private readonly ledger: LedgerReader) {}

  async execute(
    { from, to }: ParsedInputOf<SummariseLedgerOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<SummariseLedgerOperation>> {
    return { items: await this.ledger.summarise(work, from, to) };
  }
}
