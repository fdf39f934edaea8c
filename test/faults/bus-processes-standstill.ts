import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../src/shared/values/index.ts';
import type { SeededRandom } from './lab/seed.ts';
import type { TillChild } from './lab/till-child.ts';
import type { TillLab } from './lab/till-lab.ts';

/** Where a process is to be stopped: it is stopped at random moments until it is there. */
export interface Standstill {
  readonly child: TillChild;
  readonly caught: 'in a transaction' | 'between claim and queue' | 'anywhere';
  readonly forMs: number;
}

export interface Surroundings {
  readonly lab: TillLab;
  readonly random: SeededRandom;
  /** Through whom it is sold, just before, to give the process something to be stopped in. */
  readonly seller: TillChild;
}

const MAX_TRIES = 40;
const MAX_RUN_MS = 150;
const SALES_BEFORE = 12;
/** What a process at work would have finished by now. */
const LOOK_AFTER_MS = 800;

/** A row for each sign that a process stands still there. */
const SIGNS = {
  'in a transaction': `
    select from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction' and state_change < now() - interval '600 ms'`,
  // A claim makes a delivery due again after 5 s.
  'between claim and queue': `
    select from till.deliveries d
    where state = 'open' and attempts = 1 and due_at between now() and now() + interval '4400 ms'
      and subscriber = 'journal' and not exists (select from journal.inbox i where i.event_id = d.event_id)`,
  anywhere: 'select',
} as const;

/** Stops a process with SIGSTOP, lets it stand while `meanwhile` runs, and has it go on. */
export async function standStill(
  { child, caught, forMs }: Standstill,
  surroundings: Surroundings,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const stoppedAtMs = await stopWhere(child, caught, surroundings);
  await meanwhile();
  await pause(Math.max(0, stoppedAtMs + forMs - performance.now()));
  if (!isStopped(child)) throw new Error(`process ${String(child.pid)} has not stood still`);
  child.signal('SIGCONT');
}

async function stopWhere(
  child: TillChild,
  caught: Standstill['caught'],
  { lab, random, seller }: Surroundings,
): Promise<number> {
  for (let count = 0; count < MAX_TRIES; count += 1) {
    const sold = Promise.allSettled(Array.from({ length: SALES_BEFORE }, () => seller.sell(newId('before'), [1])));
    await pause(random.integer(0, MAX_RUN_MS));
    child.signal('SIGSTOP');
    const stoppedAtMs = performance.now();
    await pause(LOOK_AFTER_MS);
    if ((await lab.rows(SIGNS[caught])).length > 0) return stoppedAtMs;
    child.signal('SIGCONT');
    await sold;
  }
  throw new Error(`in ${MAX_TRIES} tries process ${String(child.pid)} was not stopped ${caught}`);
}

function isStopped(child: TillChild): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' }).startsWith('T');
}
