import { InvariantViolation } from '../../../shared/errors/index.ts';
import type { Money } from '../../../shared/values/index.ts';

/**
 * A charge as its provider tells of it: `pending` → `authorised` → `captured` → `refunded`, or `declined`. `voided` is
 * the end of one that was given up before money moved. While it is `authorised`, what is not captured of it is held.
 */
export interface Charge {
  readonly id: string;
  readonly key: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly status: 'pending' | 'authorised' | 'captured' | 'declined' | 'voided' | 'refunded';
  /** Minor units of the same currency, as are the refunds. */
  readonly captured: number;
  readonly refunded: number;
  readonly declineCode: string | null;
}

/** A capture or a refund as its provider has booked it, under the key that we asked with. */
export interface Booking {
  readonly key: string;
  /** Minor units of the charge's currency. */
  readonly amount: number;
}

/** A charge with all that was booked on it. One that was captured as it was charged has no captures. */
export interface ChargeAccount {
  readonly charge: Charge;
  readonly captures: readonly Booking[];
  readonly refunds: readonly Booking[];
}

/** At checkout the money is captured as it is charged; at dispatch it is held until then, and captured in parts. */
export type CaptureMoment = 'checkout' | 'dispatch';

/** Names the one charge that an order may have, at the provider too. */
export const takeKey = (orderId: string): string => `${orderId}:take`;

/** The order whose charge has this key, or undefined where the key is none of ours. */
export function orderOf(key: string): string | undefined {
  return /^(ord_[0-9a-z]+):take$/.exec(key)?.[1];
}

/** Names the letting go of what is held. */
export const voidKey = (orderId: string): string => `${orderId}:void`;

/** Names the giving back of all that is left when an order is cancelled. */
export const cancelKey = (orderId: string): string => `${orderId}:cancel`;

export type ChargeAnswer =
  /** The money is ours, or held for us where that is all that was asked for. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'declined'; readonly reason: string }
  /** Nothing has moved yet. What is only authorised although it was to be captured is captured later, or given up. */
  | { readonly kind: 'open' };

export function answerOf({ status, declineCode }: Charge, capturesAt: CaptureMoment): ChargeAnswer {
  if (status === 'captured' || (status === 'authorised' && capturesAt === 'dispatch')) return { kind: 'taken' };
  if (status === 'pending' || status === 'authorised') return { kind: 'open' };
  // Where it is not declined, somebody gave it back at the provider before we had recorded it: the order is not paid.
  return { kind: 'declined', reason: status === 'declined' ? (declineCode ?? 'declined') : status };
}

export interface AskedCharge {
  readonly orderId: string;
  readonly amount: Money;
  readonly capturesAt: CaptureMoment;
}

/** What the provider has charged otherwise than asked, or undefined where all agrees. */
export function differenceOf(asked: AskedCharge, charge: Charge): string | undefined {
  const wanted = asked.amount.amount;
  const mayDiffer = charge.captured === 0 || asked.capturesAt === 'dispatch';
  const pairs = [
    ['order', asked.orderId, charge.orderId],
    ['key', takeKey(asked.orderId), charge.key],
    ['currency', asked.amount.currency, charge.amount.currency],
    ['amount', wanted, charge.amount.amount],
    ['captured amount', mayDiffer ? charge.captured : wanted, charge.captured],
  ] as const;
  const differing = pairs.find(([, expected, got]) => expected !== got);
  if (differing === undefined) return undefined;
  return `charge ${charge.id} of ${asked.orderId} has the ${differing[0]} ${differing[2]} instead of ${differing[1]}`;
}

/** Throws when the provider tells of another order's charge: nothing may be built on it. */
export function assertChargeOf(orderId: string, charge: Charge): void {
  if (charge.orderId === orderId && charge.key === takeKey(orderId)) return;
  throw new InvariantViolation(
    `asked for the charge of ${orderId}, the provider told of ${charge.id} of ${charge.orderId}`,
  );
}
