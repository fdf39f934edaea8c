import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EVENTS_PER_JOB, inJobs } from './in-jobs.ts';
import type { Delivery } from './outbox.ts';
import { deliveryOf } from '../testing/index.ts';

const MAX_EVENTS = 200;
const MAX_STREAMS = 12;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const of = (subject: string, count: number): Delivery[] => upTo(count).map((number) => deliveryOf(subject, number));
const namesOf = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ envelope, sequence }) => `${envelope.subject} ${sequence}`);

describe('jobs', () => {
  it('are none where there is nothing to send', () => {
    expect(inJobs([])).toEqual([]);
  });

  it('put together what belongs to one till, though it was sold in between each other', () => {
    const mixed = upTo(3).flatMap((number) => [deliveryOf('north', number), deliveryOf('south', number)]);
    expect(inJobs(mixed).map(namesOf)).toEqual([['north 1', 'north 2', 'north 3', 'south 1', 'south 2', 'south 3']]);
  });

  it('are full before another one begins', () => {
    const jobs = inJobs(of('north', 2 * EVENTS_PER_JOB + 1));
    expect(jobs.map(({ length }) => length)).toEqual([EVENTS_PER_JOB, EVENTS_PER_JOB, 1]);
  });

  it('tell tills of the same name apart by who runs them', () => {
    const kiosk = deliveryOf('north', 1, { source: 'kiosk' });
    const [job = []] = inJobs([deliveryOf('north', 1), kiosk, deliveryOf('north', 2)]);
    expect(job.map(({ envelope }) => envelope.source)).toEqual(['till', 'till', 'kiosk']);
  });

  it('carry everything once, no more of it than fits, each till in its order and in one piece', () => {
    const sold = fc.array(fc.nat({ max: MAX_STREAMS }), { maxLength: MAX_EVENTS });
    fc.assert(
      fc.property(sold, (tills) => {
        const deliveries = numbered(tills);
        const jobs = inJobs(deliveries);
        const carried = jobs.flat();
        expect(namesOf(carried).sort()).toEqual(namesOf(deliveries).sort());
        expect(jobs.slice(0, -1).every(({ length }) => length === EVENTS_PER_JOB)).toBe(true);
        expect(jobs.every(({ length }) => length > 0 && length <= EVENTS_PER_JOB)).toBe(true);
        // In one piece and in order: wherever the till changes, the next one begins with its first.
        for (const [index, { envelope, sequence }] of carried.entries()) {
          const before = carried[index - 1];
          expect(sequence).toBe(before?.envelope.subject === envelope.subject ? before.sequence + 1 : 1);
        }
      }),
    );
  });
});

/** A sale at each of these tills, one after the other. */
function numbered(tills: readonly number[]): Delivery[] {
  const sold = new Map<number, number>();
  return tills.map((till) => {
    const number = (sold.get(till) ?? 0) + 1;
    sold.set(till, number);
    return deliveryOf(`till ${till}`, number);
  });
}
