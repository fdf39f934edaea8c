import type { DifferenceKind } from '../contract/index.ts';
import { answerOf, takeKey, type Booking, type Charge, type ChargeAccount } from './charge.ts';
import { isCancelled, isTombstone, mayStillBeCharged, type Payment } from './payment.ts';

/** A capture or a refund as our books have it. */
export interface OwnBooking extends Booking {
  readonly isDone: boolean;
  /** Milliseconds since it was reserved, by the database's clock. */
  readonly ageMs: number;
}

/** All that our books hold of an order's money, as of one moment. */
export interface OwnBooks {
  readonly payment: Payment;
  readonly captures: readonly OwnBooking[];
  readonly refunds: readonly OwnBooking[];
  /** What the ledger has received from the provider, and given back through it. */
  readonly ledger: { readonly captured: number; readonly refunded: number };
}

/** What puts a difference right, each the way that the same thing goes when nothing is lost. */
export type Repair =
  | { readonly what: 'record charge' }
  | { readonly what: 'give back' }
  | { readonly what: 'finish cancelling' }
  | { readonly what: 'finish releasing' }
  | { readonly what: 'record capture'; readonly key: string }
  | { readonly what: 'record refund'; readonly key: string };

export interface Finding {
  readonly kind: DifferenceKind;
  readonly detail: string;
  readonly repair?: Repair;
}

/**
 * What our books say and the provider's do not. We record what has happened after it has, so `own` must have been read
 * before `account`: then whatever is missing there is missing indeed.
 */
export function missingAtProvider(own: OwnBooks | undefined, account: ChargeAccount | undefined): Finding[] {
  if (own === undefined || !own.payment.wasTaken || own.payment.amount === 0) return [];
  const { payment } = own;
  if (account === undefined) {
    return [{ kind: 'charge_missing', detail: `we have booked ${payment.captured} of ${payment.amount}` }];
  }
  const { charge } = account;
  const findings: Finding[] = [];
  if (payment.status === 'authorised' && charge.status !== 'authorised') {
    findings.push({ kind: 'status_differs', detail: `authorised for us, ${charge.status} at the provider` });
  }
  if (charge.captured < payment.captured) {
    findings.push({ kind: 'capture_missing', detail: figures('captured', payment.captured, charge.captured) });
  }
  if (charge.refunded < payment.refunded) {
    findings.push({ kind: 'refund_missing', detail: figures('refunded', payment.refunded, charge.refunded) });
  }
  return findings;
}

/**
 * What the provider's books say and ours do not. We record what we want before we ask for it, so `own` must have been
 * read after `account`: then whatever is unknown here was never wanted, or its answer was lost.
 */
export function unknownToUs(
  account: ChargeAccount | undefined,
  own: OwnBooks | undefined,
  requestTimeoutMs: number,
): Finding[] {
  if (account === undefined) return [];
  const { charge } = account;
  if (own === undefined || isTombstone(own.payment) || charge.key !== takeKey(own.payment.orderId)) {
    return keepsMoney(charge) ? [{ kind: 'charge_unknown', detail: described(charge) }] : [];
  }
  const { payment } = own;
  if (payment.status === 'pending') return unknownAnswer(payment, charge, requestTimeoutMs);
  if (payment.status === 'releasing') {
    const detail = `releasing for us, ${described(charge)}`;
    return [{ kind: 'status_differs', detail, repair: { what: 'finish releasing' } }];
  }
  if (payment.status === 'declined') {
    return keepsMoney(charge) ? [{ kind: 'not_given_back', detail: `declined for us, ${described(charge)}` }] : [];
  }
  if (isCancelled(payment)) {
    const unfinished = notGivenBack(payment, charge);
    if (unfinished !== undefined) return [unfinished];
    if (!payment.wasTaken) return [];
  }
  return [...differingTerms(payment, charge), ...unknownBookings(account, own, requestTimeoutMs), ...ownLedger(own)];
}

/** An answer that was lost, unless it may still be on its way. */
function unknownAnswer(payment: Payment, charge: Charge, requestTimeoutMs: number): Finding[] {
  const isOpen = answerOf(charge, payment.capturesAt).kind === 'open';
  if (isOpen || mayStillBeCharged(payment, requestTimeoutMs)) return [];
  const detail = `pending for us, ${described(charge)}`;
  return [{ kind: 'status_differs', detail, repair: { what: 'record charge' } }];
}

/** Of a cancellation that has ended, whatever money is left; of one that has not, that it has not. */
function notGivenBack(payment: Payment, charge: Charge): Finding | undefined {
  const detail = `${payment.status} for us, ${described(charge)}`;
  if (payment.status === 'cancelling') {
    const kind = keepsMoney(charge) ? 'not_given_back' : 'status_differs';
    return { kind, detail, repair: { what: 'finish cancelling' } };
  }
  const wasBooked = payment.wasTaken || charge.captured === 0;
  if (wasBooked && !keepsMoney(charge)) return undefined;
  return { kind: 'not_given_back', detail, ...(payment.wasTaken ? {} : { repair: { what: 'give back' } }) };
}

function differingTerms(payment: Payment, charge: Charge): Finding[] {
  const findings: Finding[] = [];
  if (payment.amount !== charge.amount.amount || payment.currency !== charge.amount.currency) {
    const ours = `${payment.amount} ${payment.currency}`;
    findings.push({ kind: 'amount_differs', detail: figures('charged', ours, inFull(charge)) });
  }
  if (payment.status === 'captured' && charge.status === 'authorised') {
    findings.push({ kind: 'status_differs', detail: `captured for us, ${described(charge)}` });
  }
  return findings;
}

function unknownBookings({ charge, captures, refunds }: ChargeAccount, own: OwnBooks, timeoutMs: number): Finding[] {
  const { payment } = own;
  const findings: Finding[] = [];
  if (charge.captured > payment.captured) {
    const total = figures('captured', payment.captured, charge.captured);
    findings.push(...unknownOf({ theirs: captures, ours: own.captures, timeoutMs, total }, CAPTURES));
  }
  if (charge.refunded > payment.refunded) {
    const total = figures('refunded', payment.refunded, charge.refunded);
    findings.push(...unknownOf({ theirs: refunds, ours: own.refunds, timeoutMs, total }, REFUNDS));
  }
  return findings;
}

const CAPTURES = { kind: 'capture_unknown', what: 'record capture' } as const;
const REFUNDS = { kind: 'refund_unknown', what: 'record refund' } as const;

interface Compared {
  readonly theirs: readonly Booking[];
  readonly ours: readonly OwnBooking[];
  readonly timeoutMs: number;
  readonly total: string;
}

function unknownOf({ theirs, ours, timeoutMs, total }: Compared, { kind, what }: typeof CAPTURES | typeof REFUNDS) {
  const known = new Map(ours.map((booking) => [booking.key, booking]));
  const unknown = theirs.filter(({ key }) => known.get(key)?.isDone !== true);
  if (unknown.length === 0) return [{ kind, detail: total }];
  return unknown.flatMap(({ key, amount }): Finding[] => {
    const wanted = known.get(key);
    const detail = `${key} over ${amount}: ${total}`;
    if (wanted === undefined || wanted.amount !== amount) return [{ kind, detail }];
    return wanted.ageMs < timeoutMs ? [] : [{ kind, detail, repair: { what, key } }];
  });
}

function ownLedger({ payment, ledger }: OwnBooks): Finding[] {
  if (ledger.captured === payment.captured && ledger.refunded === payment.refunded) return [];
  const detail = `the payment has ${payment.captured} less ${payment.refunded}, the ledger ${ledger.captured} less ${ledger.refunded}`;
  return [{ kind: 'ledger_differs', detail }];
}

/** Whether some of the buyer's money is with the provider or with us. */
function keepsMoney({ status, captured, refunded }: Charge): boolean {
  return captured > refunded || status === 'authorised' || status === 'pending';
}

function described(charge: Charge): string {
  return `${charge.status} at the provider: ${charge.captured} less ${charge.refunded} of ${inFull(charge)}`;
}

function inFull({ amount }: Charge): string {
  return `${amount.amount} ${amount.currency}`;
}

function figures(what: string, ours: number | string, theirs: number | string): string {
  return `${ours} ${what} for us, ${theirs} at the provider`;
}
