import { guarded } from '../telemetry/index.ts';
import type { Position, Stream } from './inbox.ts';
import type { Delivery } from './outbox.ts';

/** What a batch comes to, given how far its streams have come. */
export interface Sorted {
  /** To be handled now, in this order. */
  readonly next: readonly Delivery[];
  /** Their effects are here already. */
  readonly stale: readonly Delivery[];
  /** Their predecessors are missing. */
  readonly early: readonly Delivery[];
  /** Where the streams stand once `next` is handled; only those that move. */
  readonly moved: readonly Position[];
}

/** Sorts a batch by each stream's order, whatever order it came in. */
export function sortIntoStreams(batch: readonly Delivery[], positions: readonly Position[]): Sorted {
  const next: Delivery[] = [];
  const stale: Delivery[] = [];
  const early: Delivery[] = [];
  const reached = new Map(positions.map((position) => [keyOf(position), position.sequence]));
  const moved = new Map<string, Position>();
  for (const delivery of [...batch].sort((a, b) => a.sequence - b.sequence)) {
    const { source, subject } = delivery.envelope;
    const key = keyOf(delivery.envelope);
    const position = reached.get(key) ?? 0;
    const past = delivery.sequence <= position;
    // Where a test has taken a guard out, what comes twice or too late takes effect all the same.
    if (past && guarded('inbox check') && guarded('version gate')) stale.push(delivery);
    else if (past || delivery.sequence === position + 1 || delivery.opens === true || !guarded('version gate')) {
      next.push(delivery);
      const sequence = Math.max(position, delivery.sequence);
      reached.set(key, sequence);
      moved.set(key, { source, subject, sequence });
    } else early.push(delivery);
  }
  return { next, stale, early, moved: [...moved.values()] };
}

/** Each stream of a batch, once. */
export function streamsOf(batch: readonly Delivery[]): Stream[] {
  const streams = new Map<string, Stream>();
  for (const { envelope } of batch) {
    streams.set(keyOf(envelope), { source: envelope.source, subject: envelope.subject });
  }
  return [...streams.values()];
}

export function keyOf({ source, subject }: Stream): string {
  return `${source} ${subject}`;
}
