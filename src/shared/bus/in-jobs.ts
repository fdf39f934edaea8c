import type { Delivery } from './outbox.ts';
import { keyOf } from './stream-order.ts';

/** Events that one job carries, at most. */
export const EVENTS_PER_JOB = 50;

/**
 * Packs deliveries to one subscriber into jobs. The events of one stream go into one job as far as they fit, since two
 * workers with two of them would only wait for each other.
 */
export function inJobs<Each extends Delivery>(deliveries: readonly Each[]): Each[][] {
  const streams = new Map<string, Each[]>();
  for (const delivery of deliveries) {
    const key = keyOf(delivery.envelope);
    const stream = streams.get(key);
    if (stream === undefined) streams.set(key, [delivery]);
    else stream.push(delivery);
  }
  const jobs: Each[][] = [];
  let job: Each[] = [];
  for (const stream of streams.values()) {
    for (const delivery of stream) {
      if (job.length === EVENTS_PER_JOB) {
        jobs.push(job);
        job = [];
      }
      job.push(delivery);
    }
  }
  if (job.length > 0) jobs.push(job);
  return jobs;
}
