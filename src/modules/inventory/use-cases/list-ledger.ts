import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { LedgerReader } from '../persistence/ledger.reader.ts';

type ListLedgerOperation = typeof Inventory.operations.listLedger;

export class ListLedger implements UseCase<ListLedgerOperation> {
  constructor(@inject(LedgerReader) private readonly ledger: LedgerReader) {}

  async execute(input: ParsedInputOf<ListLedgerOperation>, work: UnitOfWork): Promise<OutputOf<ListLedgerOperation>> {
    return await this.ledger.list(work, input);
  }
}
