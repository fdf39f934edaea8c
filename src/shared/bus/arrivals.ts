import { guarded } from '../telemetry/index.ts';
import type { Received } from './inbox.ts';
import type { Delivery } from './outbox.ts';

/** fresh: new here. begun: an attempt has begun some time. held: the inbox has it safely. */
export function sortByArrival(
  batch: readonly Delivery[],
  received: readonly Received[],
): { fresh: Delivery[]; begun: Delivery[]; held: Delivery[] } {
  const sorted = { fresh: [] as Delivery[], begun: [] as Delivery[], held: [] as Delivery[] };
  const arrivals = new Map(received.map((each) => [each.id, each]));
  for (const delivery of batch) {
    const arrival = arrivals.get(delivery.envelope.id);
    if (arrival?.fresh === true) sorted.fresh.push(delivery);
    else if (arrival?.status === 'claimed' || arrival?.status === null) sorted.begun.push(delivery);
    else if (!guarded('inbox check')) sorted.fresh.push(delivery);
    else sorted.held.push(delivery);
  }
  return sorted;
}
