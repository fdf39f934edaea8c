import { Refused } from './refused.ts';

/**
 * A charge moves `pending` → `authorised` → `captured` → `refunded`. It starts at whichever of them its token and
 * its `capture` flag say, or as `declined`. While it is `authorised`, what is not captured of `amount` is held; captures
 * in part leave it so, until all is captured or a void lets go of the rest. `pending` and `authorised` can also end as
 * `voided`, where nothing was captured. A part refund leaves the status as it is, with `refunded` above 0. All amounts
 * are integer minor units of `currency`.
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

/** A part of what was authorised, or all of it, taken. A charge that was captured as it was booked has none of these. */
export interface Capture {
  readonly id: string;
  readonly key: string;
  readonly chargeId: string;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: string;
}

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

/** Takes all or a part of what is still held. The rest stays held, for the next part. */
export function captureCharge(charge: Charge, amount: number | undefined): Charge {
  if (charge.status !== 'authorised') {
    throw new Refused(409, 'charge_not_capturable', `A charge that is ${charge.status} cannot be captured.`);
  }
  const held = charge.amount - charge.captured;
  const taken = amount ?? held;
  if (taken > held) throw new Refused(409, 'capture_exceeds_authorised', `Only ${held} is held.`);
  const captured = charge.captured + taken;
  return taken === held ? ended({ ...charge, captured }) : { ...charge, captured };
}

/** Lets go of what is held. A pending charge may be voided too: its answer then no longer matters. */
export function voidCharge(charge: Charge): Charge {
  if (charge.status !== 'authorised' && charge.status !== 'pending') {
    throw new Refused(409, 'charge_not_voidable', `A charge that is ${charge.status} cannot be voided.`);
  }
  return ended(charge);
}

export function refundCharge(charge: Charge, amount: number): Charge {
  if (charge.captured === 0) {
    throw new Refused(409, 'charge_not_refundable', `Nothing was captured of a charge that is ${charge.status}.`);
  }
  const left = charge.captured - charge.refunded;
  if (amount > left) throw new Refused(409, 'refund_exceeds_captured', `Only ${left} is left to refund.`);
  const refunded = { ...charge, refunded: charge.refunded + amount };
  return charge.status === 'authorised' ? refunded : ended(refunded);
}

/** With nothing held any more, what became of its money says what a charge is. */
function ended(charge: Charge): Charge {
  const { captured, refunded } = charge;
  const status = captured === 0 ? 'voided' : refunded === captured ? 'refunded' : 'captured';
  return { ...charge, status };
}
