import type { Capture, Charge, FinalAnswer, Refund, WebhookEvent } from './charge.ts';

/** Who asks: the caller's key, and a digest of everything that was asked under it. */
export interface Claim {
  readonly key: string;
  readonly fingerprint: string;
}

export type DeliveryOutcome = 'delivered' | 'failed' | 'abandoned';

/** A charge as it is from now on, and what made it so. */
export interface ChargeEntry {
  kind: 'charge';
  charge: Charge;
  claim?: Claim;
  /** The card of a new charge: its captures have the same moods. */
  token?: string;
  /** What a pending charge will be answered with. */
  answer?: FinalAnswer;
  capture?: Capture;
  refund?: Refund;
  event?: WebhookEvent;
}

/** One line of the journal. Each is whole in itself: a crash can lose a line, never half of a change. */
export type BookEntry =
  ChargeEntry | { kind: 'failure'; claim: Claim } | { kind: 'delivery'; eventId: string; outcome: DeliveryOutcome };
