import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { modules } from '../../../src/modules/index.ts';
import { SteadyClient } from '../../../src/shared/database/index.ts';
import { createTestDatabase } from '../../../src/shared/testing/index.ts';
import { newId } from '../../../src/shared/values/index.ts';
import type { Shop } from '../../journeys/shop.ts';
import { ChildApp } from '../child-app.ts';
import { databaseAt, type PostgresLab } from '../lab/postgres-lab.ts';
import { environmentOf } from '../test-environment.ts';
import { judgeShop } from './judge-shop.ts';
import { ProviderLab } from './provider-lab.ts';
import { SHOP_PROGRAM } from './shop-program.ts';

const POLL_MS = 100;
/** What is under way changes something in this time. */
const REST_MS = 2_000;
const SENTENCES_OF_A_FAILURE = 15;

/** A process of the shop that has said that it is ready. */
export interface RunningShop extends Shop {
  readonly url: string;
  readonly process: ChildApp;
}

/**
 * The real application in as many processes as a test starts, on one database and with one payment provider, both of
 * which outlive them.
 */
export class ShopLab {
  readonly provider: ProviderLab;
  /** Administrator's URL as the processes use it. */
  readonly databaseUrl: string;
  readonly #observerUrl: () => string;
  readonly #dropDatabase: () => Promise<void>;
  readonly #folder: string;
  /** The first process has applied all migrations: of many short lives, each would look for them in vain. */
  #isMigrated = false;
  readonly #processes: ChildApp[] = [];
  readonly #others: { close(): Promise<void> }[] = [];

  private constructor(parts: {
    provider: ProviderLab;
    databaseUrl: string;
    observerUrl: () => string;
    dropDatabase: () => Promise<void>;
    folder: string;
  }) {
    this.provider = parts.provider;
    this.databaseUrl = parts.databaseUrl;
    this.#observerUrl = parts.observerUrl;
    this.#dropDatabase = parts.dropDatabase;
    this.#folder = parts.folder;
  }

  /** Without a Postgres of its own it has a database on the one that all suites share, where all tables are there. */
  static async open(postgres?: PostgresLab): Promise<ShopLab> {
    const provider = await ProviderLab.open();
    const folder = await mkdtemp(join(tmpdir(), 'banyan-shop-lab-'));
    if (postgres === undefined) {
      const database = await createTestDatabase();
      const { url } = database;
      return new ShopLab({
        provider,
        databaseUrl: url,
        observerUrl: () => url,
        dropDatabase: () => database.drop(),
        folder,
      });
    }
    const name = newId('shop');
    return new ShopLab({
      provider,
      databaseUrl: await postgres.createDatabase(name),
      observerUrl: () => databaseAt(postgres.directUrl, name),
      dropDatabase: () => postgres.dropDatabase(name),
      folder,
    });
  }

  /** Starts a process, and does not wait for it. */
  spawn(environment: Readonly<Record<string, string>> = {}): ChildApp {
    const process = new ChildApp({
      program: SHOP_PROGRAM,
      environment: {
        ...environmentOf(this.databaseUrl, this.#folder),
        ...this.provider.environment,
        PAYMENT_TIMEOUT_MS: '4000',
        SAGA_LEASE_MS: '1000',
        MIGRATE_ON_START: String(!this.#isMigrated),
        ...environment,
      },
    });
    this.#processes.push(process);
    return process;
  }

  /** Starts a process and waits until it is ready; the provider's messages go to it from then on. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<RunningShop> {
    return await this.ready(this.spawn(environment));
  }

  async ready(process: ChildApp): Promise<RunningShop> {
    const shop = await process.shop();
    this.#isMigrated = true;
    this.provider.webhooks.shops.push(shop.url);
    return { ...shop, process };
  }

  /** Something between the processes and what they use, to be closed after them. */
  keep<Closable extends { close(): Promise<void> }>(closable: Closable): Closable {
    this.#others.push(closable);
    return closable;
  }

  /** What an administrator sees, past any proxy. Tables are to be named with their schema. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new SteadyClient(this.#observerUrl());
    await client.connect();
    try {
      const { rows } = await client.query<Row>(sql, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Lets so much time pass for the sagas that their owners count as dead, and everything that sleeps is due. */
  async endLeases(): Promise<void> {
    for (const { contract } of modules) {
      await this.rows(
        `update ${contract.name}.sagas set lease_until = now(), due_at = now() where status in ('running', 'compensating')`,
      );
    }
  }

  /** What is not as it must be when all has come to rest, one sentence each. See judge-shop.ts. */
  async violations(): Promise<string[]> {
    return await judgeShop(this.#observerUrl(), this.provider.charges());
  }

  /**
   * Waits until nothing is violated, but for `handled` orders: those that an operator has put right outside of the
   * shop's books. Returns how long that took in milliseconds.
   */
  async settled(limitMs: number, handled: readonly string[] = []): Promise<number> {
    const start = performance.now();
    for (;;) {
      // A server that is being started again cannot be asked, which is one reason more to wait.
      const all = await this.violations().catch((error: unknown) => [`it cannot be judged: ${String(error)}`]);
      const sentences = all.filter((sentence) => !handled.some((orderId) => sentence.includes(orderId)));
      const tookMs = Math.round(performance.now() - start);
      if (sentences.length === 0) return tookMs;
      if (tookMs >= limitMs) throw notSettled(sentences, tookMs);
      await pause(POLL_MS);
    }
  }

  /** What is still violated when nothing changes any more. */
  async atRest(limitMs: number): Promise<string[]> {
    const end = Date.now() + limitMs;
    let [before, now] = [[''], await this.violations()];
    while (before.join() !== now.join()) {
      if (Date.now() > end) throw notSettled(now, limitMs);
      await pause(REST_MS);
      [before, now] = [now, await this.violations()];
    }
    return now;
  }

  /** Ends what runs, and keeps the rest for the next test. */
  async stopAll(): Promise<void> {
    this.provider.line.heal();
    this.provider.webhooks.shops.length = 0;
    await Promise.all(
      this.#processes.splice(0).map(async (process) => {
        process.signal('SIGCONT');
        await process.stop();
      }),
    );
  }

  /** For the end of a suite, however it went: nothing of it is left behind. */
  async close(): Promise<void> {
    await this.stopAll();
    await Promise.all(this.#others.map((closable) => closable.close()));
    await this.#dropDatabase();
    await this.provider.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function notSettled(sentences: readonly string[], tookMs: number): Error {
  const shown = sentences.slice(0, SENTENCES_OF_A_FAILURE).join('\n');
  return new Error(`after ${tookMs} ms there are ${sentences.length} violations, such as\n${shown}`);
}
