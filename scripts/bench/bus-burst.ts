import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { countUnderWay, type UnderWay } from './bus-books.ts';
import type { BusFigures } from './bus-messages.ts';
import type { BusPair } from './bus-pair.ts';
import { printFigure } from './print-figure.ts';

const EVENTS = 20_000;
const PER_TRANSACTION = 100;
const SAMPLE_MS = 1_000;
const LIMIT_MS = 180_000;
const BURSTS = ['first', 'second'] as const;

/** So many events at once, twice over: how soon they are gone, and what that takes. */
export async function measureBursts(pair: BusPair, client: pg.Client): Promise<void> {
  const before = await pair.figures();
  const memory = { publisher: [before.publisher], subscriber: [before.subscriber] };
  for (const burst of BURSTS) {
    const peak = await measureBurst(pair, client, burst);
    memory.publisher.push(peak.publisher);
    memory.subscriber.push(peak.subscriber);
  }
  const after = await pair.figures();
  for (const process of ['publisher', 'subscriber'] as const) {
    const [start = 0, first = 0, second = 0] = memory[process].map((each) => each.residentMegabytes);
    const end = after[process].residentMegabytes;
    const figures = [start, first, second, end].map((megabytes) => megabytes.toFixed(0));
    const growth = ((second / first - 1) * 100).toFixed(0);
    printFigure(
      `resident memory of the ${process}`,
      `before ${figures[0]}, peaks ${figures[1]} and ${figures[2]}, after ${figures[3]} MB (second peak ${growth} % above the first)`,
    );
  }
}

async function measureBurst(
  pair: BusPair,
  client: pg.Client,
  name: string,
): Promise<{ publisher: BusFigures; subscriber: BusFigures }> {
  const before = await pair.figures();
  const peak = { ...before };
  const startedMs = performance.now();
  let publishedMs = Number.NaN;
  const publishing = pair.publisher
    .publish({ events: EVENTS, forMs: LIMIT_MS, perTransaction: PER_TRANSACTION, openLimit: EVENTS })
    .then(() => {
      publishedMs = performance.now() - startedMs;
    });
  // Its failure is thrown where it is awaited, at the end.
  publishing.catch(() => undefined);
  const depths: UnderWay[] = [];
  let isOver = false;
  for (let sample = 1; !isOver && performance.now() - startedMs < LIMIT_MS; sample += 1) {
    await pause(Math.max(0, startedMs + sample * SAMPLE_MS - performance.now()));
    const depth = await countUnderWay(client);
    depths.push(depth);
    const now = await pair.figures();
    for (const process of ['publisher', 'subscriber'] as const) {
      if (now[process].residentMegabytes > peak[process].residentMegabytes) peak[process] = now[process];
    }
    isOver = depth.open + depth.waiting === 0 && !Number.isNaN(publishedMs);
  }
  await publishing;
  const drainedMs = performance.now() - startedMs;
  if (!isOver) throw new Error(`the ${name} burst was not over after ${LIMIT_MS} ms`);
  const after = await pair.figures();
  printFigure(
    `${name} burst of ${EVENTS} events`,
    `published in ${inSeconds(publishedMs)}, all in effect after ${inSeconds(drainedMs)}, ` +
      `${after.publisher.resent - before.publisher.resent} sent again, ` +
      `${after.subscriber.duplicates - before.subscriber.duplicates} received again`,
  );
  printFigure('open at the end of each second', depths.map(({ open }) => open).join(' '));
  printFigure('waiting in the inbox then', depths.map(({ waiting }) => waiting).join(' '));
  return peak;
}

function inSeconds(ms: number): string {
  return `${(ms / SAMPLE_MS).toFixed(1)} s`;
}
