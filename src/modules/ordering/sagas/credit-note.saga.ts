import { defineSaga } from '../../../shared/sagas/index.ts';
import type { Money } from '../../../shared/values/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering, type CreditNote } from '../contract/index.ts';

export interface CreditNoteState {
  readonly creditNoteId: string;
  readonly amount: Money;
  readonly occurredAt: string;
}

export const creditNoteSaga = defineSaga<CreditNoteState>('ordering.credit-note', { version: 1 })
  .step('book the money', {
    do: (s) =>
      Payments.operations.recordCreditNote.with({
        creditNoteId: s.creditNoteId,
        amount: s.amount,
        occurredAt: s.occurredAt,
      }),
  })
  .step('issue the note', { do: (s) => Ordering.operations.recordCreditNote.with({ creditNoteId: s.creditNoteId }) })
  .answers((_, issued) => issued as CreditNote);
