import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { startEmbeddedPostgres } from '../../src/shared/database/embedded/start-embedded-postgres.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { ADMIN_KEY } from './bench-application.ts';
import { measureLoad, quantile } from './measure-load.ts';
import { PersistentBuyer } from './persistent-buyer.ts';
import { printFigure as print } from './print-figure.ts';
import { RestartedProcess } from './restarted-process.ts';
import { ShopClient } from './shop-client.ts';

/** Two cores start one process at a time; with more of them starts alone would take all there is. */
const PROCESSES = 2;
const PURCHASES = 300;
const WARM_UP_PURCHASES = 150;
const BUYERS_AT_ONCE = 8;
const VARIANTS = 50;
/** Every second on average, counted from when the last one that was killed is back. */
const SHORTEST_PEACE_MS = 500;
const LONGEST_PEACE_MS = 1_500;
const MAX_KILLS = 100;
const SECRET = 'a secret of measurements alone';
const PAGE = 500;

/** How long purchases take when nothing happens, and when one process after the other is killed and started again. */
export async function measureKills(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  const sandbox = await startSandbox({ booksPath: join(folder, 'books.jsonl'), webhookSecret: SECRET });
  const processes: RestartedProcess[] = [];
  try {
    const environment = {
      DATABASE_URL: postgres.url,
      BANYAN_SECRET: SECRET,
      BANYAN_ADMIN_KEY: ADMIN_KEY,
      SANDBOX_URL: sandbox.url,
      SANDBOX_WEBHOOK_SECRET: SECRET,
      SAGA_LEASE_MS: String(seconds(1)),
    };
    // The first one applies the migrations that the others find done.
    for (let count = 0; count < PROCESSES; count += 1) processes.push(await RestartedProcess.start(environment));
    await compare(processes, sandbox.url);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await sandbox.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(processes: readonly RestartedProcess[], providerUrl: string): Promise<void> {
  const buyer = new PersistentBuyer(processes, await stockVariants(processes));
  await measureLoad(WARM_UP_PURCHASES, BUYERS_AT_ONCE, () => buyer.purchase());
  const undisturbedMs = await timed(() => measureLoad(PURCHASES, BUYERS_AT_ONCE, () => buyer.purchase()));
  const killer = new Killer(processes);
  const killing = killer.kill();
  // Its failure is thrown where it is awaited, at the end.
  killing.catch(() => undefined);
  const disturbedMs = await timed(() => measureLoad(PURCHASES, BUYERS_AT_ONCE, () => buyer.purchase()));
  // Those that are over by now: what comes up later has not kept anybody waiting.
  const awayMs = processes.flatMap((each) => each.restartsMs).reduce((sum, ms) => sum + ms, 0);
  killer.stop();
  await killing;
  await expectPaidOnce(buyer.orders, providerUrl);

  const restartsMs = processes.flatMap((each) => each.restartsMs).sort((left, right) => left - right);
  const restarts = `restart p50 ${inSeconds(quantile(restartsMs, 0.5))}, p95 ${inSeconds(quantile(restartsMs, 0.95))}`;
  print(`${PURCHASES} purchases in ${PROCESSES} processes, undisturbed`, inSeconds(undisturbedMs));
  print(
    'the same while one after the other is killed',
    `${inSeconds(disturbedMs)}, ${killer.kills} kills, ${restarts}`,
  );
  const ratio = (disturbedMs / (undisturbedMs + awayMs)).toFixed(2);
  print(
    'that is, of the undisturbed time plus restarts',
    `${ratio} times; restarts took ${inSeconds(awayMs)} (target: at most 2 times)`,
  );
  print('purchases that were completed, each paid once', `${buyer.orders.length}, asked ${buyer.attempts} times`);
}

/** Kills any process, at moments left to chance, starts it again, and goes on with any other. */
class Killer {
  kills = 0;
  readonly #processes: readonly RestartedProcess[];
  #isStopped = false;

  constructor(processes: readonly RestartedProcess[]) {
    this.#processes = processes;
  }

  async kill(): Promise<void> {
    while (this.kills < MAX_KILLS) {
      await pause(SHORTEST_PEACE_MS + Math.random() * (LONGEST_PEACE_MS - SHORTEST_PEACE_MS));
      if (this.#isStopped) return;
      this.kills += 1;
      await this.#processes[Math.floor(Math.random() * this.#processes.length)]?.killAndRestart();
    }
    throw new Error(`${MAX_KILLS} kills were not enough for ${PURCHASES} purchases`);
  }

  stop(): void {
    this.#isStopped = true;
  }
}

async function stockVariants([process]: readonly RestartedProcess[]): Promise<string[]> {
  const shop = new ShopClient(process?.url ?? '', ADMIN_KEY);
  const skus: string[] = [];
  for (let count = 0; count < VARIANTS; count += 1) skus.push(await shop.stockVariant());
  await shop.close();
  return skus;
}

/** By the provider's own books: a purchase that was completed has one charge, and there is no other charge. */
async function expectPaidOnce(orders: readonly string[], providerUrl: string): Promise<void> {
  const charged: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const response = await fetch(`${providerUrl}/v1/charges?limit=${PAGE}${query}`);
    const page = (await response.json()) as { items: { orderId: string; status: string }[]; nextCursor: string | null };
    charged.push(...page.items.filter(({ status }) => status === 'captured').map(({ orderId }) => orderId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  if ([...orders].sort().join() !== charged.sort().join()) {
    throw new Error(`${orders.length} orders were completed, and the provider has ${charged.length} charges`);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return performance.now() - fromMs;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
