import { crashPoint } from '../telemetry/index.ts';

/** Where a process can die on an event's way, in the order in which the event passes them. Fault tests die at each. */
export const BUS_CRASH_POINTS = [
  /** The event is stored, its transaction has not committed. */
  'bus/outbox/stored',
  /** The transaction has committed, the relay does not know yet. */
  'bus/outbox/committed',
  /** The relay has deliveries in hand, published just now or claimed, and has put none on a queue. */
  'bus/relay/claimed',
  /** They are on their queues. */
  'bus/relay/sent',
  /** A subscriber's worker has a batch and has noted nothing. */
  'bus/consumer/received',
  /** Its attempts are counted. */
  'bus/consumer/claimed',
  /** The effects are written, the transaction has not committed. */
  'bus/consumer/handled',
  /** The effects are there, the publisher has not heard of it. */
  'bus/consumer/committed',
  /** The publisher has noted the acknowledgement, the queue still has the job. */
  'bus/outbox/acknowledged',
] as const;

export type BusCrashPoint = (typeof BUS_CRASH_POINTS)[number];

export function busCrashPoint(point: BusCrashPoint): void {
  crashPoint(point);
}
