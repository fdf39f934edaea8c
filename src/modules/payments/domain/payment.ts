import { Payments, type PaymentSummary } from '../contract/index.ts';
import { money, type Money } from '../../../shared/values/index.ts';

/**
 * pending → captured or declined, as the provider answers. pending or captured → cancelling (what there is, is being
 * given back) → cancelled. Declined and cancelled are final; a refund leaves a payment captured.
 */
export type PaymentState = 'pending' | 'captured' | 'declined' | 'cancelling' | 'cancelled';

export interface Payment {
  readonly orderId: string;
  readonly id: string;
  readonly provider: string;
  readonly status: PaymentState;
  readonly currency: string;
  readonly amount: number;
  readonly tokenDigest: string | null;
  readonly chargeId: string | null;
  readonly captured: number;
  readonly refunded: number;
  readonly declineReason: string | null;
  readonly occurredAt: Date | null;
  readonly wasCaptured: boolean;
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
  if (payment.amount !== asked.amount.amount || payment.currency !== asked.amount.currency) {
    throw Payments.errors.amountDiffers({ orderId });
  }
  if (payment.provider !== asked.provider || payment.tokenDigest !== asked.tokenDigest) {
    throw Payments.errors.amountDiffers({ orderId }, 'This order is being paid in another way.');
  }
}

export interface TakenPayment {
  paymentId: string;
  status: 'pending' | 'captured';
  amount: Money;
}

/** How a payment stands, for the one who takes it. Throws `declined`, `unknownToken` or `cancelled`. */
export function takenOrThrow(payment: Payment): TakenPayment {
  const { id, orderId, provider, status } = payment;
  if (status === 'pending' || status === 'captured') return { paymentId: id, status, amount: amountOf(payment) };
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

/** Whether a request for this money may still reach the provider, so that "no such charge" is not yet the last word. */
export function mayStillBeCharged({ askedAgoMs }: Payment, requestTimeoutMs: number): boolean {
  return askedAgoMs !== null && askedAgoMs < requestTimeoutMs + SETTLING_MS;
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
    authorised: money(captured, currency),
    captured: money(captured, currency),
    refunded: money(refunded, currency),
  };
}

/** While it is being cancelled it is still what it was: nothing has been given back yet. */
function shownStatus({ status, captured, refunded, wasCaptured }: Payment): PaymentSummary['status'] {
  if (status === 'cancelling') return wasCaptured ? 'captured' : 'pending';
  if (status === 'captured' && captured > 0 && refunded === captured) return 'refunded';
  return status;
}
