import { InvariantViolation } from '../../../shared/errors/index.ts';
import type { Money } from '../../../shared/values/index.ts';

/**
 * A charge as its provider tells of it: `pending` → `authorised` → `captured` → `refunded`, or `declined`. `voided` is
 * the end of one that was given up before money moved.
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

/** Names the one charge that an order may have, at the provider too. */
export const takeKey = (orderId: string): string => `${orderId}:take`;

/** Names the giving back of all that is left when an order is cancelled. */
export const cancelKey = (orderId: string): string => `${orderId}:cancel`;

export type ChargeAnswer =
  | { readonly kind: 'captured' }
  | { readonly kind: 'declined'; readonly reason: string }
  /** Nothing has moved yet. What is only authorised is not ours either: it is captured later, or given up. */
  | { readonly kind: 'open' };

export function answerOf(charge: Charge): ChargeAnswer {
  if (charge.status === 'captured') return { kind: 'captured' };
  if (charge.status === 'declined') return { kind: 'declined', reason: charge.declineCode ?? 'declined' };
  if (charge.status === 'pending' || charge.status === 'authorised') return { kind: 'open' };
  // Somebody gave it back at the provider before we had recorded it: the order is not paid.
  return { kind: 'declined', reason: charge.status };
}

/** What the provider has charged otherwise than asked, or undefined where all agrees. */
export function differenceOf(asked: { orderId: string; amount: Money }, charge: Charge): string | undefined {
  const pairs = [
    ['order', asked.orderId, charge.orderId],
    ['key', takeKey(asked.orderId), charge.key],
    ['currency', asked.amount.currency, charge.amount.currency],
    ['amount', asked.amount.amount, charge.amount.amount],
    ['captured amount', charge.captured === 0 ? 0 : asked.amount.amount, charge.captured],
  ] as const;
  const differing = pairs.find(([, wanted, got]) => wanted !== got);
  if (differing === undefined) return undefined;
  return `charge ${charge.id} of ${asked.orderId} has the ${differing[0]} ${differing[2]} instead of ${differing[1]}`;
}

/** Throws when the provider charged something else than was asked: nothing may be built on it. */
export function assertCharged(asked: { orderId: string; amount: Money }, charge: Charge): void {
  const difference = differenceOf(asked, charge);
  if (difference !== undefined) throw new InvariantViolation(difference);
}
