import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Position } from './inbox.ts';
import type { Delivery } from './outbox.ts';
import { keyOf, sortIntoStreams, streamsOf } from './stream-order.ts';
import { deliveryOf } from '../testing/index.ts';

const MAX_STREAMS = 4;
const MAX_EVENTS = 12;
const MAX_BATCH = 10;

const at = (subject: string, sequence: number): Position => ({ source: 'till', subject, sequence });
const namesOf = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ envelope, sequence }) => `${envelope.subject} ${sequence}`);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function sorted(batch: readonly Delivery[], ...positions: Position[]) {
  const { next, stale, early, moved } = sortIntoStreams(batch, positions);
  return { next: namesOf(next), stale: namesOf(stale), early: namesOf(early), moved };
}

describe('the order of streams', () => {
  it('gives what a stream has waited for in its order, whatever order it came in', () => {
    const batch = [deliveryOf('north', 3), deliveryOf('north', 1), deliveryOf('north', 2)];
    const next = ['north 1', 'north 2', 'north 3'];
    expect(sorted(batch, at('north', 0))).toEqual({ next, stale: [], early: [], moved: [at('north', 3)] });
  });

  it('lets wait what comes after a gap', () => {
    const batch = [deliveryOf('north', 5), deliveryOf('north', 3), deliveryOf('north', 6)];
    expect(sorted(batch, at('north', 2))).toEqual({
      next: ['north 3'],
      stale: [],
      early: ['north 5', 'north 6'],
      moved: [at('north', 3)],
    });
  });

  it('tells what has had its effect from what comes next', () => {
    const batch = [deliveryOf('north', 1), deliveryOf('north', 2), deliveryOf('north', 3)];
    expect(sorted(batch, at('north', 2))).toEqual({
      next: ['north 3'],
      stale: ['north 1', 'north 2'],
      early: [],
      moved: [at('north', 3)],
    });
  });

  it('takes one of two that have the same place', () => {
    const batch = [deliveryOf('north', 1), deliveryOf('north', 1)];
    expect(sorted(batch)).toMatchObject({ next: ['north 1'], stale: ['north 1'], moved: [at('north', 1)] });
  });

  it('goes on where a stream is opened anew, since nothing before it will come', () => {
    const batch = [deliveryOf('north', 9), deliveryOf('north', 8, { opens: true }), deliveryOf('north', 11)];
    expect(sorted(batch, at('north', 2))).toEqual({
      next: ['north 8', 'north 9'],
      stale: [],
      early: ['north 11'],
      moved: [at('north', 9)],
    });
  });

  it('does not go back for what opens a stream that is further on', () => {
    const batch = [deliveryOf('north', 3, { opens: true })];
    expect(sorted(batch, at('north', 7))).toEqual({ next: [], stale: ['north 3'], early: [], moved: [] });
  });

  it('holds up no stream for another, nor for the same subject of another publisher', () => {
    const batch = [
      deliveryOf('north', 2),
      deliveryOf('south', 1),
      deliveryOf('north', 1, { source: 'kiosk' }),
      deliveryOf('west', 1),
    ];
    const { next, early, moved } = sorted(batch, at('north', 0), at('west', 1));
    expect({ next, early }).toEqual({ next: ['south 1', 'north 1'], early: ['north 2'] });
    expect(moved).toEqual([at('south', 1), { source: 'kiosk', subject: 'north', sequence: 1 }]);
  });

  it('names each stream of a batch once', () => {
    const batch = [deliveryOf('north', 1), deliveryOf('south', 1), deliveryOf('north', 2)];
    const streams = [...batch, deliveryOf('north', 1, { source: 'kiosk' })];
    expect(streamsOf(streams)).toEqual([
      { source: 'till', subject: 'north' },
      { source: 'till', subject: 'south' },
      { source: 'kiosk', subject: 'north' },
    ]);
  });

  it('has every event take its effect once and in order, however often and in whatever batches it comes', () => {
    fc.assert(
      fc.property(journeys(), ({ counts, arrivals, batchSize }) => {
        const subscriber = new Subscriber();
        for (let from = 0; from < arrivals.length; from += batchSize) {
          subscriber.receive(arrivals.slice(from, from + batchSize));
        }
        for (const [stream, count] of counts.entries()) {
          expect(subscriber.handled(`till ${stream}`)).toEqual(upTo(count));
        }
        expect(subscriber.waiting).toEqual([]);
      }),
    );
  });
});

/** Several streams whose events come in any order, some of them more than once. */
function journeys() {
  return fc.array(fc.integer({ min: 1, max: MAX_EVENTS }), { minLength: 1, maxLength: MAX_STREAMS }).chain((counts) => {
    const all = counts.flatMap((count, stream) => upTo(count).map((number) => deliveryOf(`till ${stream}`, number)));
    return fc.record({
      counts: fc.constant(counts),
      arrivals: fc.subarray(all).chain((again) => shuffled([...all, ...again])),
      batchSize: fc.integer({ min: 1, max: MAX_BATCH }),
    });
  });
}

function shuffled(deliveries: Delivery[]) {
  return fc.shuffledSubarray(deliveries, { minLength: deliveries.length });
}

/** Does with a batch what a consumer does, without a database: what is early waits and is tried again. */
class Subscriber {
  waiting: readonly Delivery[] = [];
  readonly #positions = new Map<string, Position>();
  readonly #handled: Delivery[] = [];

  receive(batch: readonly Delivery[]): void {
    this.#take(batch);
    // Each round handles at least one of those that wait, or is the last.
    for (let before = Infinity; this.waiting.length < before;) {
      before = this.waiting.length;
      const waiting = this.waiting;
      this.waiting = [];
      this.#take(waiting);
    }
  }

  handled(subject: string): number[] {
    return this.#handled.filter(({ envelope }) => envelope.subject === subject).map(({ sequence }) => sequence);
  }

  #take(batch: readonly Delivery[]): void {
    const { next, early, moved } = sortIntoStreams(batch, [...this.#positions.values()]);
    this.#handled.push(...next);
    this.waiting = [...this.waiting, ...early];
    for (const position of moved) this.#positions.set(keyOf(position), position);
  }
}
