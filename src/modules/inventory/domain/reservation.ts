import { minutes } from '../../../shared/values/index.ts';

/**
 * States: reserved (held for a time) → allocated (the order owns it), released or expired (given back);
 * allocated → released. Its lines are what is still here: those of an allocated one shrink as goods leave. What was given back is never held again for the same order. An order that is released before
 * it has reserved begins as released, so that a reservation that comes late is refused.
 */
export type ReservationStatus = 'reserved' | 'allocated' | 'released' | 'expired';

/**
 * Longer than a shopper may take to pay (the checkout gives up after 15 minutes), short enough that an abandoned
 * checkout does not keep goods from others. It is the least that is held: the stock is given back by a sweep, and
 * until then the order can still have it.
 */
export const RESERVATION_HOLD_MS = minutes(30);
