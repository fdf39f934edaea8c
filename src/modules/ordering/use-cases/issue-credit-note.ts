import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { CLOCK, CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { money, newId, type Clock } from '../../../shared/values/index.ts';
import { Ordering, type CreditNote } from '../contract/index.ts';
import { creditedLines } from '../domain/credit-note.ts';
import { CreditNoteRepository } from '../persistence/credit-note.repository.ts';
import { creditNoteSaga, type CreditNoteState } from '../sagas/credit-note.saga.ts';

type IssueCreditNoteOperation = typeof Ordering.operations.issueCreditNote;
type NewCreditNote = ParsedInputOf<IssueCreditNoteOperation>;

export class IssueCreditNote implements Coordination<IssueCreditNoteOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CreditNoteRepository) private readonly creditNotes: CreditNoteRepository,
  ) {}

  async coordinate(input: NewCreditNote, call: CallContext): Promise<CreditNote> {
    const issuedAt = input.issuedAt ?? this.clock.now().toISOString();
    if (new Date(issuedAt) > this.clock.now()) throw Ordering.errors.placedInFuture({ field: 'issuedAt' });
    const request = {
      operation: Ordering.operations.issueCreditNote,
      input,
      call,
      waitMs: this.config.sagas.checkoutWaitMs,
      meanwhile: async (creditNoteId: string) =>
        present(
          await this.creditNotes.find(this.database.reader(call), creditNoteId),
          'a credit note under way exists',
        ),
    };
    return await this.sagas
      .conduct(creditNoteSaga, request, (work) => this.#begin(work, input, issuedAt))
      .catch((error: unknown) => this.#explain(error, input.reference, call));
  }

  async #begin(work: UnitOfWork, input: NewCreditNote, issuedAt: string): Promise<StartedSaga<CreditNoteState>> {
    const { reference, currency, reason } = input;
    const { lines, total } = creditedLines(input.lines, currency);
    const creditNoteId = newId('crn');
    await this.creditNotes.insert(work, { id: creditNoteId, reference, currency, lines, total, reason, issuedAt });
    return { key: creditNoteId, state: { creditNoteId, amount: money(total, currency), occurredAt: issuedAt } };
  }

  /** Throws referenceTaken for a credit note that has the reference already, and every other error as it is. */
  async #explain(error: unknown, reference: string, call: CallContext): Promise<never> {
    if (!isUniqueViolation(error, 'credit_notes_reference')) throw error;
    const earlier = await this.creditNotes.findByReference(this.database.reader(call), reference);
    throw Ordering.errors.referenceTaken({ reference, ...(earlier === undefined ? {} : { creditNoteId: earlier.id }) });
  }
}
