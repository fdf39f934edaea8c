import { setTimeout as pause } from 'node:timers/promises';
import { newId, seconds } from '../../../src/shared/values/index.ts';
import type { TillChild } from './till-child.ts';
import type { TillLab } from './till-lab.ts';

/** How soon after the end of a fault a new sale must have come all the way. */
export const RESUME_LIMIT_MS = seconds(10);
/** It is waited for longer, so that a test that fails says how long it took. */
const WAIT_LIMIT_MS = seconds(60);
/** Each look is a new connection, which costs the server about as much as a sale. */
const POLL_MS = 100;

/** How long it takes from now, the end of a fault, until a new sale has come all the way over both hops. */
export async function resumeTimeMs(lab: TillLab, seller: TillChild): Promise<number> {
  const start = performance.now();
  const till = newId('new');
  const took = (): number => Math.round(performance.now() - start);
  let number = 1;
  // What a fault has left of the seller's connections may cost it a sale or two.
  while (!(await isSold(seller, till, number)) && took() < WAIT_LIMIT_MS) {
    number += 1;
    await pause(POLL_MS);
  }
  while (!(await hasArrived(lab, till, number)) && took() < WAIT_LIMIT_MS) await pause(POLL_MS);
  return took();
}

async function isSold(seller: TillChild, till: string, number: number): Promise<boolean> {
  return await seller.sell(till, [number]).then(
    () => true,
    () => false,
  );
}

async function hasArrived(lab: TillLab, till: string, number: number): Promise<boolean> {
  const arrived = await lab.rows(
    `select from ledger.lines join archive.records using (till, number)
     where till = $1 and number = $2 and kind = 'written'`,
    [till, number],
  );
  return arrived.length > 0;
}
