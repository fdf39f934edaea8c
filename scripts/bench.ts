import { Pricing } from '../src/modules/pricing/contract/index.ts';
import { ApplicationProcess } from './bench/application-process.ts';
import { ADMIN_KEY, startBenchApplication } from './bench/bench-application.ts';
import { measureKills } from './bench/checkout-kills.ts';
import { compareBuilds } from './bench/compare-builds.ts';
import { measureBus } from './bench/measure-bus.ts';
import { measureLoad } from './bench/measure-load.ts';
import { measureRemote } from './bench/measure-remote.ts';
import { openShop } from './bench/open-shop.ts';
import { printFigure as print } from './bench/print-figure.ts';
import { ShopClient } from './bench/shop-client.ts';
import { StatementCounter, type StatementFigures } from './bench/statement-counter.ts';

/** `npm run bench [-- statements calls remote split load bus kills before]`: this machine, now. Compare figures of one run, not of two days. */
const COUNTED_PURCHASES = 200;
const WARM_UP_PURCHASES = 100;
const LOADS = [
  { concurrency: 1, purchases: 300 },
  { concurrency: 8, purchases: 1_000 },
  { concurrency: 32, purchases: 2_000 },
] as const;
const SPLIT_PURCHASES = 600;
const SPLIT_CONCURRENCY = 8;
const MEMORY_PURCHASES = 10_000;
const MEMORY_SAMPLES = 5;
const CALLS = 20_000;
const DRAIN_LIMIT_MS = 60_000;

const parts: Readonly<Record<string, () => Promise<void>>> = {
  statements: async () => {
    await countStatements(false);
    await countStatements(true);
  },
  calls: measureCalls,
  remote: measureRemote,
  split: measureSplit,
  load: measureProcess,
  bus: measureBus,
  kills: measureKills,
  before: compareBuilds,
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(parts).filter((name) => name !== 'before')) {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part "${name}"; the parts are ${Object.keys(parts).join(', ')}`);
  await part();
}

async function countStatements(background: boolean): Promise<void> {
  const bench = await startBenchApplication({ background });
  const counter = await StatementCounter.connect(bench.databaseUrl);
  const shop = new ShopClient(bench.url, ADMIN_KEY);
  const buy = await openShop(shop);
  await measureLoad(WARM_UP_PURCHASES, 4, buy);
  if (background) await untilDrained(bench);
  const idle = background ? await timed(() => counter.during(() => pause(2_000))) : undefined;
  const { figures, elapsedMs } = await timed(() =>
    counter.during(async () => {
      await measureLoad(COUNTED_PURCHASES, 1, buy);
      if (background) await untilDrained(bench);
    }),
  );
  const idleShare = idle === undefined ? 0 : elapsedMs / idle.elapsedMs;
  const per = (kind: keyof StatementFigures): string =>
    ((figures[kind] - (idle?.figures[kind] ?? 0) * idleShare) / COUNTED_PURCHASES).toFixed(1);
  const what = background ? 'with all that follows (idle polling taken off)' : "on the requests' path";
  print(`per purchase, ${what}`, `${per('statements')} statements, ${per('commits')} commits`);
  if (process.env['BENCH_STATEMENTS'] !== undefined) {
    for (const { calls, query } of await counter.top(60))
      print((calls / COUNTED_PURCHASES).toFixed(2), query.slice(0, 110));
  }
  await shop.close();
  await counter.close();
  await bench.stop();
}

async function timed(work: () => Promise<StatementFigures>): Promise<{ figures: StatementFigures; elapsedMs: number }> {
  const fromMs = performance.now();
  const figures = await work();
  return { figures, elapsedMs: performance.now() - fromMs };
}

async function measureCalls(): Promise<void> {
  const bench = await startBenchApplication({ background: false });
  const pricing = bench.app.client(Pricing);
  const call = (): Promise<unknown> => pricing.isDeliveryOffered({}, bench.app.context());
  for (let count = 0; count < CALLS; count += 1) await call();
  const startedMs = performance.now();
  for (let count = 0; count < CALLS; count += 1) await call();
  const microseconds = ((performance.now() - startedMs) * 1_000) / CALLS;
  print('a local call between modules, parsed both ways', `${microseconds.toFixed(1)} µs`);
  await bench.stop();
}

async function measureProcess(): Promise<void> {
  const application = await ApplicationProcess.start();
  const shop = new ShopClient(application.url, ADMIN_KEY);
  const buy = await openShop(shop);
  await measureLoad(WARM_UP_PURCHASES * 3, 8, buy);
  for (const { concurrency, purchases } of LOADS) {
    const { perSecond, p50Ms, p95Ms, p99Ms } = await measureLoad(purchases, concurrency, buy);
    const quantiles = `p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
    print(`purchases at concurrency ${concurrency}`, `${perSecond.toFixed(0)}/s, ${quantiles}`);
  }
  const samples: string[] = [];
  for (let sample = 0; sample < MEMORY_SAMPLES; sample += 1) {
    await measureLoad(MEMORY_PURCHASES / MEMORY_SAMPLES, 16, buy);
    samples.push(application.residentMegabytes().toFixed(0));
  }
  print(`resident memory during ${MEMORY_PURCHASES} more purchases`, `${samples.join(', ')} MB`);
  await shop.close();
  await application.stop();
}

/** The same purchases in one process and with a process for each module. */
async function measureSplit(): Promise<void> {
  const perSecond: Record<string, number> = {};
  for (const given of [[], ['--split']]) {
    const application = await ApplicationProcess.start(...given);
    const shop = new ShopClient(application.url, ADMIN_KEY);
    const buy = await openShop(shop);
    await measureLoad(WARM_UP_PURCHASES * 3, SPLIT_CONCURRENCY, buy);
    const figures = await measureLoad(SPLIT_PURCHASES, SPLIT_CONCURRENCY, buy);
    const name = given.length === 0 ? 'one process' : 'a process for each module';
    perSecond[name] = figures.perSecond;
    print(
      `purchases at concurrency ${SPLIT_CONCURRENCY}, ${name}`,
      `${figures.perSecond.toFixed(0)}/s, p50 ${figures.p50Ms.toFixed(0)} ms`,
    );
    await shop.close();
    await application.stop();
  }
  const [one = 0, split = 0] = Object.values(perSecond);
  print('that is, of one process', `${((split / one) * 100).toFixed(0)} % (target: at least 33 %)`);
}

async function untilDrained(bench: Awaited<ReturnType<typeof startBenchApplication>>): Promise<void> {
  const end = Date.now() + DRAIN_LIMIT_MS;
  while (Date.now() < end) {
    let open = 0;
    for (const { database } of bench.app.modules.values()) {
      const row = await database
        .reader(bench.app.context())
        .row<{ open: number }>(`select count(*) as open from deliveries where state = 'open'`);
      open += row?.open ?? 0;
    }
    if (open === 0) return;
    await pause(200);
  }
  throw new Error('events are still on their way after the limit');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
