import type { Money } from '../../../shared/values/index.ts';
import { cancelKey } from './charge.ts';
import type { Payment } from './payment.ts';

/** `sales` and `refunds` say what the money was for, the clearing accounts with whom it lies. */
export type Account = 'sales' | 'refunds' | `clearing_${string}`;

/**
 * One amount that goes from an account to another. Both legs in the ledger are made from it, so a transaction cannot
 * be out of balance. What is only authorised moves nothing: it is booked when it is captured.
 */
export interface Posting {
  /** Named for what it books, so that the same thing is never booked twice. */
  readonly transactionId: string;
  readonly orderId: string | null;
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: Money;
  /** Absent: when it is recorded. */
  readonly occurredAt: string | null;
}

/** One line of the ledger, which is one leg of a transaction. */
export interface LedgerEntry {
  readonly id: string;
  readonly transactionId: string;
  readonly account: Account;
  readonly debit: number;
  readonly credit: number;
  readonly currency: string;
  readonly orderId: string | null;
  readonly occurredAt: string | null;
}

type Booked = Pick<Payment, 'orderId' | 'provider'>;

/** Money that became ours: `transactionId` is the payment's where all of it did at once, else the capture's. */
export function capturePosting(
  { orderId, provider }: Booked,
  transactionId: string,
  amount: Money,
  occurredAt: string | null,
): Posting {
  return { transactionId, orderId, debit: clearingOf(provider), credit: 'sales', amount, occurredAt };
}

export function refundPosting(payment: Booked, refundId: string, amount: Money, occurredAt: string | null): Posting {
  return { ...givenBack(payment.provider, amount), transactionId: refundId, orderId: payment.orderId, occurredAt };
}

/** A charge that was captured after all while its order was being cancelled: in the books for a moment, and out again. */
export function returnedPostings(payment: Booked & Pick<Payment, 'id'>, amount: Money): Posting[] {
  return [
    capturePosting(payment, payment.id, amount, null),
    refundPosting(payment, cancelKey(payment.orderId), amount, null),
  ];
}

export function creditNotePosting(creditNoteId: string, amount: Money, occurredAt: string): Posting {
  return { ...givenBack('manual', amount), transactionId: creditNoteId, orderId: null, occurredAt };
}

/** Both legs of each posting. Where no money moved, there is nothing to book. */
export function entriesOf(postings: readonly Posting[]): LedgerEntry[] {
  return postings
    .filter(({ amount }) => amount.amount > 0)
    .flatMap(({ transactionId, orderId, debit, credit, amount, occurredAt }) => {
      const common = { transactionId, currency: amount.currency, orderId, occurredAt };
      return [
        { ...common, id: `${transactionId}:debit`, account: debit, debit: amount.amount, credit: 0 },
        { ...common, id: `${transactionId}:credit`, account: credit, debit: 0, credit: amount.amount },
      ];
    });
}

function givenBack(provider: string, amount: Money): Pick<Posting, 'debit' | 'credit' | 'amount'> {
  return { debit: 'refunds', credit: clearingOf(provider), amount };
}

function clearingOf(provider: string): Account {
  return `clearing_${provider}`;
}
