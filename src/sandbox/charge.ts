import { Refused } from './refused.ts';

/**
 * A charge moves `pending` → `authorised` → `captured` → `refunded`. It starts at whichever of them its token and
 * its `capture` flag say, or as `declined`. `pending` and `authorised` can also end as `voided`. A part refund
 * leaves it `captured`, with `refunded` above 0. All amounts are integer minor units of `currency`.
 */
export interface Charge {
  readonly id: string;
  /** The Idempotency-Key of the request that booked the charge. */
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: ChargeStatus;
  readonly captured: number;
  readonly refunded: number;
  readonly createdAt: string;
  readonly declineCode?: string;
}

export type ChargeStatus = 'authorised' | 'captured' | 'declined' | 'pending' | 'voided' | 'refunded';
export type FinalAnswer = 'authorised' | 'captured' | 'declined';

export interface Refund {
  readonly id: string;
  readonly key: string;
  readonly chargeId: string;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: string;
}

export interface WebhookEvent {
  readonly id: string;
  readonly type: `charge.${FinalAnswer}`;
  readonly createdAt: string;
  readonly data: { readonly charge: Charge };
}

/** Gives a new or a pending charge the answer of the card's bank. */
export function answerCharge(charge: Charge, answer: FinalAnswer): Charge {
  if (answer === 'declined') return { ...charge, status: 'declined', declineCode: 'card_declined' };
  return { ...charge, status: answer, captured: answer === 'captured' ? charge.amount : 0 };
}

/** Takes all or a part of what was authorised. The rest is released, as with most real providers. */
export function captureCharge(charge: Charge, amount: number | undefined): Charge {
  if (charge.status !== 'authorised') {
    throw new Refused(409, 'charge_not_capturable', `A charge that is ${charge.status} cannot be captured.`);
  }
  const captured = amount ?? charge.amount;
  if (captured > charge.amount) {
    throw new Refused(409, 'capture_exceeds_authorised', `Only ${charge.amount} was authorised.`);
  }
  return { ...charge, status: 'captured', captured };
}

/** Gives up a charge before any money moved. A pending one may be voided too: its answer then no longer matters. */
export function voidCharge(charge: Charge): Charge {
  if (charge.status !== 'authorised' && charge.status !== 'pending') {
    throw new Refused(409, 'charge_not_voidable', `A charge that is ${charge.status} cannot be voided.`);
  }
  return { ...charge, status: 'voided' };
}

export function refundCharge(charge: Charge, amount: number): Charge {
  if (charge.status !== 'captured' && charge.status !== 'refunded') {
    throw new Refused(409, 'charge_not_refundable', `A charge that is ${charge.status} cannot be refunded.`);
  }
  const left = charge.captured - charge.refunded;
  if (amount > left) throw new Refused(409, 'refund_exceeds_captured', `Only ${left} is left to refund.`);
  const refunded = charge.refunded + amount;
  return { ...charge, refunded, status: refunded === charge.captured ? 'refunded' : 'captured' };
}
