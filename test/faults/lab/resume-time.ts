import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { newId, seconds } from '../../../src/shared/values/index.ts';
import type { TillChild } from './till-child.ts';
import type { TillLab } from './till-lab.ts';

/** How soon after the end of a fault work must go on, on a machine that has time for it. */
const RESUME_LIMIT_MS = seconds(10);
/** It is waited for longer, so that a test that fails says how long it took. */
const WAIT_LIMIT_MS = seconds(60);
/** Each look is a new connection, which costs the server about as much as a sale. */
const POLL_MS = 100;

/** The limit on this machine, now: where others keep it busy, everything takes as much longer as they take of it. */
export function resumeLimitMs(): number {
  const [lastMinute = 0] = loadavg();
  return RESUME_LIMIT_MS * Math.max(1, lastMinute / availableParallelism());
}

interface Sale {
  readonly till: string;
  readonly number: number;
}

/**
 * How long it takes from now, the end of a fault, until work goes on: until a sale has come all the way over both hops,
 * the first that waits or a new one, which is behind all that wait.
 */
export async function resumeTimeMs(lab: TillLab, seller: TillChild): Promise<number> {
  const start = performance.now();
  const took = (): number => Math.round(performance.now() - start);
  const watched = await firstWaiting(lab);
  const till = newId('new');
  let number = 1;
  // What a fault has left of the seller's connections may cost it a sale or two.
  while (!(await isSold(seller, { till, number })) && took() < WAIT_LIMIT_MS) {
    number += 1;
    await pause(POLL_MS);
  }
  watched.push({ till, number });
  while (!(await hasOneArrived(lab, watched)) && took() < WAIT_LIMIT_MS) await pause(POLL_MS);
  return took();
}

/** The oldest sale that the journal does not have, if any. */
async function firstWaiting(lab: TillLab): Promise<Sale[]> {
  return await lab.rows<Sale>(
    `select e.subject as till, (e.data ->> 'number')::integer as number
     from till.deliveries d join till.outbox e on e.id = d.event_id
     where d.subscriber = 'journal' and d.state = 'open'
       and not exists (select from journal.inbox i where i.event_id = d.event_id)
     order by e.time, d.sequence limit 1`,
  );
}

async function isSold(seller: TillChild, { till, number }: Sale): Promise<boolean> {
  return await seller.sell(till, [number]).then(
    () => true,
    () => false,
  );
}

async function hasOneArrived(lab: TillLab, sales: readonly Sale[]): Promise<boolean> {
  const arrived = await lab.rows(
    `select from ledger.lines join archive.records using (till, number)
     join jsonb_to_recordset($1::jsonb) as watched(till text, number integer) using (till, number)
     where kind = 'written'`,
    [JSON.stringify(sales)],
  );
  return arrived.length > 0;
}
