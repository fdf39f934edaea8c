import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { countEffects, countUnderWay } from './bus-books.ts';
import type { BusFigures } from './bus-messages.ts';
import type { BusPair } from './bus-pair.ts';
import { printFigure } from './print-figure.ts';
import type { StatementTimes } from './statement-times.ts';

const WARM_UP_MS = 4_000;
const MEASURED_SECONDS = 15;
const SECOND_MS = 1_000;
const MICROSECONDS_OF_MS = 1_000;
const PER_TRANSACTION = 20;
const OPEN_LIMIT = 2_000;

/** What the subscriber handles when it always has something to do and never falls behind. */
export async function measureThroughput(
  { publisher, subscriber }: BusPair,
  { client, times, targetPerSecond }: { client: pg.Client; times: StatementTimes | undefined; targetPerSecond: number },
): Promise<void> {
  const forMs = WARM_UP_MS + (MEASURED_SECONDS + 2) * SECOND_MS;
  const publishing = publisher.publish({
    events: Number.MAX_SAFE_INTEGER,
    forMs,
    perTransaction: PER_TRANSACTION,
    openLimit: OPEN_LIMIT,
  });
  // Its failure is thrown where it is awaited, at the end.
  publishing.catch(() => undefined);
  await pause(WARM_UP_MS);
  await times?.begin();
  const before = { publisher: await publisher.figures(), subscriber: await subscriber.figures() };
  const beganAtMs = performance.now();
  const effects = [await countEffects(client)];
  for (let second = 1; second <= MEASURED_SECONDS; second += 1) {
    await pause(Math.max(0, beganAtMs + second * SECOND_MS - performance.now()));
    effects.push(await countEffects(client));
  }
  const elapsedMs = performance.now() - beganAtMs;
  const after = { publisher: await publisher.figures(), subscriber: await subscriber.figures() };
  const { open, waiting } = await countUnderWay(client);
  const all = (effects.at(-1) ?? 0) - (effects[0] ?? 0);
  await times?.print(all);
  await publishing;
  const perSecond = all / (elapsedMs / SECOND_MS);
  const each = effects.slice(1).map((count, index) => count - (effects[index] ?? 0));
  const name = `sustained, ${PER_TRANSACTION} events a transaction, ${OPEN_LIMIT} open at most`;
  const range = `${Math.min(...each)} to ${Math.max(...each)} in a second`;
  printFigure(name, `${perSecond.toFixed(0)}/s, ${range} (target: ${targetPerSecond}/s)`);
  for (const process of ['publisher', 'subscriber'] as const) {
    const cpuMs = after[process].cpuMs - before[process].cpuMs;
    const cost = `${((cpuMs / all) * MICROSECONDS_OF_MS).toFixed(0)} µs an event`;
    printFigure(`  processor time of the ${process}`, `${cost}, ${((cpuMs / elapsedMs) * 100).toFixed(0)} % of a core`);
  }
  const rest = `at the end ${open} open, ${waiting} waiting in the inbox`;
  printFigure('  meanwhile', `${describe(before, after)}; ${rest}`);
}

interface Both {
  readonly publisher: BusFigures;
  readonly subscriber: BusFigures;
}

function describe(before: Both, after: Both): string {
  const resent = after.publisher.resent - before.publisher.resent;
  const duplicates = after.subscriber.duplicates - before.subscriber.duplicates;
  return `${resent} sent again, ${duplicates} received again`;
}
