import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { compareBooks, countUnderWay } from './bus-books.ts';
import { measureBursts } from './bus-burst.ts';
import { measureLatency } from './bus-latency.ts';
import { BusPair } from './bus-pair.ts';
import { BusServices, type Queues } from './bus-services.ts';
import { measureThroughput } from './bus-throughput.ts';
import { printFigure } from './print-figure.ts';
import { StatementTimes } from './statement-times.ts';

const DRAIN_LIMIT_MS = 60_000;
const POLL_MS = 200;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const TARGETS = {
  postgres: { latencyMs: 20, perSecond: 600 },
  redis: { latencyMs: 10, perSecond: 1_500 },
} as const;

/** The event bus: latency, throughput, bursts. BENCH_QUEUES names one of `redis` and `postgres`; default: both. */
export async function measureBus(): Promise<void> {
  const wanted = process.env['BENCH_QUEUES'] ?? 'redis,postgres';
  for (const queues of ['redis', 'postgres'] as const) {
    if (wanted.split(',').includes(queues)) await measureQueues(queues);
  }
}

async function measureQueues(queues: Queues): Promise<void> {
  const load = loadavg().map((each) => each.toFixed(1));
  printFigure(`queues in ${queues}`, `${availableParallelism()} cores, load before ${load.join(', ')}`);
  let services: BusServices | undefined;
  const interrupt = (): void => void (services?.stop() ?? Promise.resolve()).finally(() => process.exit(1));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    services = await BusServices.start(queues);
    if (services === undefined) printFigure(`queues in ${queues}`, 'not measured: this machine has no redis-server');
    else await measureAll(services, TARGETS[queues]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    await services?.stop();
  }
}

async function measureAll(services: BusServices, target: { latencyMs: number; perSecond: number }): Promise<void> {
  const { client, address } = services;
  await measureLatency(address, target.latencyMs);
  await withPair(services, async (pair) => {
    const times = process.env['BENCH_STATEMENTS'] === undefined ? undefined : await StatementTimes.open(client);
    await measureThroughput(pair, { client, times, targetPerSecond: target.perSecond });
  });
  await withPair(services, (pair) => measureBursts(pair, client));
}

/** Whatever is measured with them, in the end each event must have taken effect once and in order. */
async function withPair(services: BusServices, measure: (pair: BusPair) => Promise<void>): Promise<void> {
  const pair = await BusPair.start(services.address);
  try {
    await measure(pair);
    await untilDrained(services);
    const { published, missing, repeated, outOfOrder } = await compareBooks(services.client);
    const faults = `${missing} missing, ${repeated} twice, ${outOfOrder} out of order`;
    printFigure(`of ${published} events so far`, faults);
    if (missing + repeated + outOfOrder > 0) throw new Error(`the bus has broken its word: ${faults}`);
  } finally {
    await pair.stop();
  }
}

async function untilDrained({ client }: BusServices): Promise<void> {
  const end = Date.now() + DRAIN_LIMIT_MS;
  while (Date.now() < end) {
    const { open, waiting } = await countUnderWay(client);
    if (open + waiting === 0) return;
    await pause(POLL_MS);
  }
  throw new Error('events are still on their way after the limit');
}
