import type { Charge, FinalAnswer, Refund, WebhookEvent } from './charge.ts';

/** Who asks: the caller's key, and a digest of everything that was asked under it. */
export interface Claim {
  readonly key: string;
  readonly fingerprint: string;
}

export type DeliveryOutcome = 'delivered' | 'failed' | 'abandoned';

/** One line of the journal. Each is whole in itself: a crash can lose a line, never half of a change. */
export type BookEntry =
  | { kind: 'charge'; charge: Charge; claim?: Claim; answer?: FinalAnswer; refund?: Refund; event?: WebhookEvent }
  | { kind: 'failure'; claim: Claim }
  | { kind: 'delivery'; eventId: string; outcome: DeliveryOutcome };
