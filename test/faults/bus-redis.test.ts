import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTestDatabase } from '../../src/shared/testing/index.ts';
import { seconds, within } from '../../src/shared/values/index.ts';
import { buyOne, expectAllDone, openDeliveries } from './bus-redis-shop.ts';
import { usersOfGuide } from './bus-redis-users.ts';
import { buildApp, ChildApp } from './child-app.ts';
import { emptyQueues } from './lab/empty-queues.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs, resumeTimeMs } from './lab/resume-time.ts';
import { SalesRush } from './lab/sales-rush.ts';
import { withSeed, type SeededRandom } from './lab/seed.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';
import { environmentOf } from './test-environment.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 180_000;
const SETTLE_LIMIT_MS = 90_000;
const FLUSH_PAUSE_MS = 2_000;
const MAX_FLUSHES = 40;
const LEAST_FLUSHES = 5;
const FLUSHED_SALES = 2_000;
const FLUSHED_SALES_MS = 14_000;
const REDIS_AWAY_MS = 30_000;
const SALES_MEANWHILE = 300;
const SHUTDOWN_SECONDS = 5;
/** What an end takes beside SHUTDOWN_SECONDS, on a machine that does other things, too. */
const END_MARGIN_MS = 3_000;
const END_LIMIT_MS = seconds(SHUTDOWN_SECONDS) + END_MARGIN_MS;
const STOPPED = { code: 0, signal: null };

const SELLER = ['till'];
const HEARERS = ['journal', 'ledger', 'archive'];
const inShutdownSeconds = { environment: { SHUTDOWN_SECONDS: String(SHUTDOWN_SECONDS) } };

/** A Redis of its own for each scene, so that those which mostly wait are played at the same time. */
interface Scene {
  readonly lab: TillLab;
  /** Absent where the machine has none: then the queues are in Postgres, where they can be emptied but not go away. */
  readonly redis: RedisLab | undefined;
  readonly random: SeededRandom;
}

describe('a Redis that cannot be relied upon', () => {
  let postgres: PostgresLab;
  beforeAll(async () => {
    postgres = await PostgresLab.start();
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await postgres.stop();
  }, LAB_LIMIT_MS);

  const play = async (name: string, scene: (given: Scene) => Promise<void>): Promise<void> => {
    const redis = await RedisLab.start();
    const lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : 'redis', postgres, redis });
    try {
      await withSeed(name, (random) => scene({ lab, redis, random }));
    } finally {
      await lab.close();
      await redis?.stop();
    }
  };
  /** Work goes on at once, and in the end everything is as it must be. */
  const expectHealed = async (lab: TillLab, seller: TillChild): Promise<void> => {
    const resumedMs = await resumeTimeMs(lab, seller);
    await lab.settled(SETTLE_LIMIT_MS);
    expect(resumedMs).toBeLessThan(resumeLimitMs());
  };

  it.concurrent(
    'is gone for half a minute and comes back empty: no sale fails meanwhile, and all of them take effect',
    () =>
      play('gone', async ({ lab, redis, random }) => {
        const [seller, hearer] = await Promise.all([lab.spawn(SELLER), lab.spawn(HEARERS)]);
        const rush = new SalesRush({ child: seller, random, sales: SALES_MEANWHILE, overMs: REDIS_AWAY_MS });
        // Half of the seeds take it away before any queue was used.
        if (random.integer(0, 1) === 1) await pause(random.integer(500, 2_000));
        await redis?.kill();
        await pause(REDIS_AWAY_MS);
        await rush.over;
        expect(rush.failures).toEqual([]);
        if (redis !== undefined) expect(await unheardSales(lab)).toBeGreaterThan(SALES_MEANWHILE / 2);
        await redis?.startEmpty();
        await expectHealed(lab, seller);
        expect([await hearer.stop(), await seller.stop()]).toEqual([STOPPED, STOPPED]);
      }),
    TEST_LIMIT_MS,
  );

  it.concurrent(
    'is away when processes are told to end: they end in time, and nothing is lost after the next start',
    () =>
      play('ended', async ({ lab, redis, random }) => {
        const children = await Promise.all([
          lab.spawn(SELLER, inShutdownSeconds),
          lab.spawn(HEARERS, inShutdownSeconds),
        ]);
        const rush = new SalesRush({ child: children[0], random, sales: 600, overMs: 12_000 });
        await pause(random.integer(200, 1_500));
        await redis?.kill();
        await pause(random.integer(500, 2_500));
        const told = performance.now();
        for (const child of children) child.signal('SIGTERM');
        expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([STOPPED, STOPPED]);
        expect(performance.now() - told).toBeLessThan(END_LIMIT_MS);
        await rush.over;
        // Sales were under way to the last, and some of them wait for the next start.
        expect(rush.failures.length).toBeGreaterThan(0);
        expect(await unheardSales(lab)).toBeGreaterThan(0);
        await redis?.startEmpty();
        const [seller] = await Promise.all([lab.spawn(SELLER), lab.spawn(HEARERS)]);
        await expectHealed(lab, seller);
      }),
    TEST_LIMIT_MS,
  );

  it(
    'forgets everything every two seconds: 2,000 sales take effect, each once and in order',
    () =>
      play('flushed', async ({ lab, redis, random }) => {
        const [seller, ...hearers] = await Promise.all([
          lab.spawn(SELLER, { environment: { LOG_LEVEL: 'warn' } }),
          lab.spawn(['journal']),
          lab.spawn(['ledger', 'archive']),
        ]);
        const rush = new SalesRush({ child: seller, random, sales: FLUSHED_SALES, overMs: FLUSHED_SALES_MS });
        const lost: number[] = [];
        while (lost.length < MAX_FLUSHES && !(await within(FLUSH_PAUSE_MS, rush.over))) {
          lost.push(await emptyQueues(lab, redis));
        }
        await emptyQueues(lab, redis);
        await expectHealed(lab, seller);
        expect(rush.failures).toEqual([]);
        expect(lost.filter((keys) => keys > 0).length).toBeGreaterThanOrEqual(LEAST_FLUSHES);
        expect(seller.stderr).toContain('the queues began anew: what is open is sent again');
        for (const child of [seller, ...hearers]) expect(await child.stop()).toEqual(STOPPED);
      }),
    TEST_LIMIT_MS,
  );
});

interface Premises {
  readonly databaseUrl: string;
  readonly redis: RedisLab | undefined;
  /** With its queues in the Redis at this address. */
  readonly start: (redisUrl: string | undefined) => ChildApp;
}

describe('the application with its queues in Redis', () => {
  beforeAll(buildApp, LAB_LIMIT_MS);

  const play = async (scene: (premises: Premises) => Promise<void>): Promise<void> => {
    const [database, redis] = await Promise.all([createTestDatabase(), RedisLab.start()]);
    const dataDir = await mkdtemp(join(tmpdir(), 'banyan-bus-redis-'));
    const apps: ChildApp[] = [];
    const start = (redisUrl: string | undefined): ChildApp => {
      const fixed = { ...environmentOf(database.url, dataDir), ...inShutdownSeconds.environment };
      const app = new ChildApp({
        environment: { ...fixed, ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }) },
      });
      apps.push(app);
      return app;
    };
    try {
      await scene({ databaseUrl: database.url, redis, start });
    } finally {
      await Promise.all(apps.map((app) => app.stop()));
      await redis?.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  };

  it.concurrent(
    'sells while Redis is away, ends in time when it is told to, and does the rest after the next start',
    () =>
      play(async ({ databaseUrl, redis, start }) => {
        const app = start(redis?.url);
        const shop = await app.shop();
        const orders = [await buyOne(shop)];
        await redis?.kill();
        orders.push(await buyOne(shop), await buyOne(shop));
        const told = performance.now();
        app.signal('SIGTERM');
        expect(await app.ending()).toEqual(STOPPED);
        expect(performance.now() - told).toBeLessThan(END_LIMIT_MS);
        expect(app.complaint).toBe('');
        if (redis !== undefined) expect(await openDeliveries(databaseUrl)).toBeGreaterThan(0);
        await redis?.startEmpty();
        await expectAllDone(await start(redis?.url).shop(), databaseUrl, orders);
      }),
    TEST_LIMIT_MS,
  );

  it.concurrent(
    'does all its work as the user of the guide, who can touch nothing of another installation',
    () =>
      play(async ({ databaseUrl, redis, start }) => {
        // Such users are Redis's own: where there is none, there is nothing to be shown.
        if (redis === undefined) return;
        const owner = new Redis(redis.url);
        await owner.set('banyan-another_bus:generation', 'of another');
        let url = '';
        for (const { name, password, rules } of usersOfGuide()) {
          await owner.call('ACL', 'SETUSER', ...rules);
          if (password !== undefined) url = redis.url.replace('//', `//${name}:${password}@`);
        }
        const shop = await start(url).shop();
        await expectAllDone(shop, databaseUrl, [await buyOne(shop), await buyOne(shop)]);
        expect(await owner.call('ACL', 'LOG')).toEqual([]);
        const user = new Redis(url);
        await expect(user.get('banyan-another_bus:generation')).rejects.toThrow('NOPERM');
        await expect(user.del('banyan-another_bus:generation')).rejects.toThrow('NOPERM');
        await expect(user.eval('return redis.call("get", KEYS[1])', 1, 'banyan-another_bus:x')).rejects.toThrow(
          'NOPERM',
        );
        await expect(user.flushall()).rejects.toThrow('NOPERM');
        await expect(user.keys('*')).rejects.toThrow('NOPERM');
        user.disconnect();
        owner.disconnect();
      }),
    TEST_LIMIT_MS,
  );
});

/** Of which the journal has not said that it has them. */
async function unheardSales(lab: TillLab): Promise<number> {
  return (await lab.rows(`select from till.deliveries where state = 'open' and subscriber = 'journal'`)).length;
}
