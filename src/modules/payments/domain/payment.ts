import { Payments, type PaymentSummary, type TakenPayment } from '../contract/index.ts';
import { money, type Money } from '../../../shared/values/index.ts';
import type { CaptureMoment } from './charge.ts';

/**
 * pending → captured or declined, as the provider answers; pending → authorised where the money is captured at dispatch,
 * → captured as soon as nothing is held any more, by way of releasing (what will not be captured is being let go of).
 * What is not final → cancelling (what there is, is being given back) → cancelled. Declined and cancelled are final; a
 * refund changes no state.
 */
export type PaymentState =
  'pending' | 'authorised' | 'releasing' | 'captured' | 'declined' | 'cancelling' | 'cancelled';

export interface Payment {
  readonly orderId: string;
  readonly id: string;
  readonly provider: string;
  readonly status: PaymentState;
  readonly capturesAt: CaptureMoment;
  readonly currency: string;
  /** What was asked for; from the provider's answer on, what it has charged. */
  readonly amount: number;
  readonly askedCurrency: string;
  readonly askedAmount: number;
  readonly tokenDigest: string | null;
  readonly chargeId: string | null;
  /** Of `amount`, what was authorised and will never be captured. */
  readonly released: number;
  readonly captured: number;
  readonly refunded: number;
  readonly declineReason: string | null;
  readonly occurredAt: Date | null;
  /** The provider's yes is recorded: the money was held or captured. */
  readonly wasTaken: boolean;
  /** Milliseconds since the provider was last about to be asked, by the database's clock. */
  readonly askedAgoMs: number | null;
}

/** The provider of a tombstone: the order was cancelled before anybody asked for its money. */
export const NO_PROVIDER = 'none';
/** ISO 4217 for "no currency". */
export const NO_CURRENCY = 'XXX';

export const UNKNOWN_TOKEN = 'unknown_token';

/** A provider may book a request this long after we have given it up. */
const SETTLING_MS = 10_000;

export interface AskedPayment {
  readonly provider: string;
  readonly amount: Money;
  readonly tokenDigest: string | null;
}

/** What a repeat asks for must be what was asked at first. Throws `amountDiffers`. */
export function assertSamePayment(payment: Payment, asked: AskedPayment): void {
  const { orderId } = payment;
  if (payment.askedAmount !== asked.amount.amount || payment.askedCurrency !== asked.amount.currency) {
    throw Payments.errors.amountDiffers({ orderId });
  }
  if (payment.provider !== asked.provider || payment.tokenDigest !== asked.tokenDigest) {
    throw Payments.errors.amountDiffers({ orderId }, 'This order is being paid in another way.');
  }
}

/** How a payment stands, for the one who takes it. Throws `declined`, `unknownToken` or `cancelled`. */
export function takenOrThrow(payment: Payment): TakenPayment {
  const { id, orderId, provider } = payment;
  const status = payment.status === 'releasing' ? 'authorised' : payment.status;
  if (status === 'pending' || status === 'authorised' || status === 'captured') {
    // What is captured in parts was taken when all of it was authorised.
    const inOneGo = status === 'captured' && payment.capturesAt === 'checkout';
    return { paymentId: id, status, amount: inOneGo ? money(payment.captured, payment.currency) : amountOf(payment) };
  }
  if (isCancelled(payment)) throw Payments.errors.cancelled({ orderId });
  const reason = payment.declineReason ?? 'declined';
  if (reason === UNKNOWN_TOKEN) throw Payments.errors.unknownToken({ provider });
  throw Payments.errors.declined({ orderId, reason });
}

export function isCancelled({ status }: Payment): boolean {
  return status === 'cancelling' || status === 'cancelled';
}

export function isTombstone({ provider }: Payment): boolean {
  return provider === NO_PROVIDER;
}

/** Whether the provider may hold money of this payment, beside what it has captured. */
export function mayBeHeld({ capturesAt, wasTaken, status }: Payment): boolean {
  return capturesAt === 'dispatch' && wasTaken && status !== 'captured' && status !== 'cancelled';
}

/** Whether a request for this money may still reach the provider, so that "no such charge" is not yet the last word. */
export function mayStillBeCharged({ askedAgoMs }: Payment, requestTimeoutMs: number): boolean {
  return askedAgoMs !== null && askedAgoMs < requestTimeoutMs + SETTLING_MS;
}

/** What is left to capture, beside the captures that are done or under way. */
export function capturableOf(payment: Payment, reserved: number): Money {
  const left = payment.status === 'authorised' ? payment.amount - payment.released - reserved : 0;
  return money(left, payment.currency);
}

/** What is left to give back, beside the refunds that are done or under way. */
export function refundableOf(payment: Payment, reserved: number): Money {
  return money(payment.captured - reserved, payment.currency);
}

export function amountOf({ amount, currency }: Payment): Money {
  return money(amount, currency);
}

export function summaryOf(payment: Payment): PaymentSummary {
  const { orderId, provider, captured, refunded, currency } = payment;
  return {
    orderId,
    provider,
    status: shownStatus(payment),
    authorised: money(authorisedOf(payment), currency),
    captured: money(captured, currency),
    refunded: money(refunded, currency),
  };
}

function authorisedOf({ wasTaken, amount, released }: Payment): number {
  return wasTaken ? amount - released : 0;
}

/** While it is being cancelled it is still what it was: nothing has been given back yet. */
function shownStatus(payment: Payment): PaymentSummary['status'] {
  const { status, captured, refunded, wasTaken } = payment;
  if (status === 'cancelling') {
    if (!wasTaken) return 'pending';
    return captured < authorisedOf(payment) ? 'authorised' : 'captured';
  }
  if (status === 'captured' && captured > 0 && refunded === captured) return 'refunded';
  return status === 'releasing' ? 'authorised' : status;
}
