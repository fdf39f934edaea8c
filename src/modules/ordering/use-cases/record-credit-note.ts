import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { Ordering, type CreditNote } from '../contract/index.ts';
import { CreditNoteRepository } from '../persistence/credit-note.repository.ts';

type RecordCreditNoteOperation = typeof Ordering.operations.recordCreditNote;

/** The last step of a credit note: its money is booked. */
export class RecordCreditNote implements UseCase<RecordCreditNoteOperation> {
  constructor(@inject(CreditNoteRepository) private readonly creditNotes: CreditNoteRepository) {}

  async execute({ creditNoteId }: ParsedInputOf<RecordCreditNoteOperation>, work: UnitOfWork): Promise<CreditNote> {
    const issued = await this.creditNotes.issue(work, creditNoteId);
    if (issued === undefined)
      return present(await this.creditNotes.find(work, creditNoteId), 'an issued credit note exists');
    const { number, reference, total, issuedAt } = issued;
    work.publish(Ordering.events.creditNoteIssued, { creditNoteId, number, reference, total, issuedAt });
    return issued;
  }
}
