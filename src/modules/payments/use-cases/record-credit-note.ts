import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Payments } from '../contract/index.ts';
import { creditNotePosting } from '../domain/posting.ts';
import { LedgerRepository } from '../persistence/ledger.repository.ts';

type Op = typeof Payments.operations.recordCreditNote;

export class RecordCreditNote implements UseCase<Op> {
  constructor(@inject(LedgerRepository) private readonly ledger: LedgerRepository) {}

  async execute({ creditNoteId, amount, occurredAt }: ParsedInputOf<Op>, work: UnitOfWork): Promise<void> {
    await this.ledger.post(work, creditNotePosting(creditNoteId, amount, occurredAt));
  }
}
