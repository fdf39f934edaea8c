import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { MAX_ATTEMPTS } from '../../src/shared/bus/index.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { TEST_ROLE_PREFIX } from '../../src/shared/testing/test-services.ts';
import { LateSeller } from './bus-postgres-late-seller.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs, resumeTimeMs } from './lab/resume-time.ts';
import { SalesRush } from './lab/sales-rush.ts';
import { withSeed } from './lab/seed.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 180_000;
const SETTLE_LIMIT_MS = 90_000;
const STOPPED = { code: 0, signal: null };

const PASSING_SALES = 2_000;
const PASSING_MS = 6_000;
/** Well below the 8 s after which the server ends a session that stands still inside a transaction. */
const HELD_MS = 3_000;
const SALES_MEANWHILE = 300;
const SALES_MEANWHILE_MS = 2_000;
const LOST_REPLIES = 5;
const TERMINATED_MS = 7_000;
const TERMINATE_PAUSE_MS = 300;
const TERMINATE_ROUNDS = TERMINATED_MS / TERMINATE_PAUSE_MS;
const CUT_OFF_SALES = 700;
const STOPS = 3;
const STOPPED_SALES = 600;
const STOPPED_SALES_MS = 12_000;

const HEARERS = ['journal', 'ledger', 'archive'];

/** The same processes live through all of it, one fault after the other. */
describe.each(['postgres', 'redis'] as const)('a Postgres that cannot be relied upon, with queues in %s', (queues) => {
  let postgres: PostgresLab;
  let redis: RedisLab | undefined;
  let lab: TillLab;
  let seller: TillChild;
  let hearer: TillChild;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresLab.start(), RedisLab.start()]);
    // Where no Redis is to be had, all queues are in Postgres.
    lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : queues, postgres, redis });
    [seller, hearer] = await Promise.all([lab.spawn(['till']), lab.spawn(HEARERS)]);
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
    await redis?.stop();
    await postgres.stop();
  }, LAB_LIMIT_MS);

  const countOf = async (rows: string): Promise<number> => (await lab.rows(`select ${rows}`)).length;
  /** Work goes on at once, everything is as it must be in the end, and no event has been tried too often. */
  const expectHealed = async (): Promise<void> => {
    const resumedMs = await resumeTimeMs(lab, seller);
    await lab.settled(SETTLE_LIMIT_MS);
    expect(resumedMs).toBeLessThan(resumeLimitMs());
    const inboxes = HEARERS.map((module) => `select attempts from ${module}.inbox`).join(' union all ');
    expect(await countOf(`from (${inboxes}) as inboxes where attempts >= ${MAX_ATTEMPTS}`)).toBe(0);
  };

  it(
    'has an old transaction open elsewhere in the database: 2,000 events pass as ever',
    () =>
      withSeed('old snapshot', async (random) => {
        const old = new pg.Client({ connectionString: lab.observerUrl });
        await old.connect();
        try {
          await old.query('begin isolation level repeatable read');
          await old.query('create temporary table notes (note text)');
          const { rows } = await old.query<{ xid: string }>('select txid_current() as xid');
          const rush = new SalesRush({ child: seller, random, sales: PASSING_SALES, overMs: PASSING_MS, at: 'busy' });
          await rush.over;
          expect(rush.failures).toEqual([]);
          await lab.settled(SETTLE_LIMIT_MS);
          await expectHealed();
          expect((await old.query('select txid_current() as xid')).rows).toEqual(rows);
          expect((await old.query('select from till.sales')).rowCount).toBe(0);
        } finally {
          await old.end();
        }
      }),
    TEST_LIMIT_MS,
  );

  it(
    'commits what a publisher has published only after hundreds of others that began later: nothing is skipped',
    () =>
      withSeed('late commit', async (random) => {
        const late = new LateSeller(lab.url, 'late');
        try {
          await late.published;
          const meanwhile = { sales: SALES_MEANWHILE, overMs: SALES_MEANWHILE_MS, at: 'early' };
          const rush = new SalesRush({ child: seller, random, ...meanwhile });
          await Promise.all([rush.over, pause(HELD_MS)]);
          // All of the others have been committed, and some have come all the way: whoever looks is past the late one.
          expect(await countOf(`from till.sales where till like 'early %'`)).toBe(SALES_MEANWHILE);
          expect(await countOf(`from ledger.lines where till like 'early %'`)).toBeGreaterThan(0);
          expect(await countOf(`from till.outbox where subject = 'late'`)).toBe(0);
        } finally {
          await late.commit();
        }
        await expectHealed();
        const first = `from till.outbox where subject = 'late' and time < all (
                         select time from till.outbox where subject like 'early %')`;
        expect([await countOf(first), await countOf(`from ledger.lines where till = 'late'`)]).toEqual([1, 1]);
      }),
    TEST_LIMIT_MS,
  );

  it.each([
    { who: 'publisher', module: 'till' },
    { who: 'subscriber', module: 'journal' },
  ])(
    'does not answer some commits of a $who: they have happened, and their effects come once',
    ({ who, module }) =>
      withSeed(`unanswered ${who}`, async (random) => {
        const before = postgres.proxy.lostReplies;
        const rush = new SalesRush({
          child: seller,
          random,
          sales: SALES_MEANWHILE,
          overMs: SALES_MEANWHILE_MS,
          at: who,
        });
        await pause(random.integer(0, 1_000));
        postgres.proxy.loseCommitReplies(LOST_REPLIES, `${TEST_ROLE_PREFIX}_${module}`);
        await rush.over;
        await eventually(() => expect(postgres.proxy.lostReplies - before).toBe(LOST_REPLIES));
        await expectHealed();
        expect(rush.failures).toHaveLength(who === 'publisher' ? LOST_REPLIES : 0);
        expect(await countOf(`from till.sales where till like '${who} %'`)).toBe(SALES_MEANWHILE);
        const again = await countOf(`from till.deliveries where subject like '${who} %' and attempts > 1`);
        if (who === 'subscriber') expect(again).toBeGreaterThan(0);
      }),
    TEST_LIMIT_MS,
  );

  it(
    'ends all connections, over and over again: no event is given up',
    () =>
      withSeed('terminated', async (random) => {
        const rush = new SalesRush({
          child: seller,
          random,
          sales: CUT_OFF_SALES,
          overMs: TERMINATED_MS,
          at: 'cut off',
        });
        let terminated = 0;
        for (let round = 0; round < TERMINATE_ROUNDS; round += 1) {
          terminated += await postgres.terminateBackends();
          await pause(TERMINATE_PAUSE_MS);
        }
        await expectHealed();
        await rush.over;
        expect(terminated).toBeGreaterThan(TERMINATE_ROUNDS);
        expect(rush.failures.length).toBeGreaterThan(0);
        await lab.settled(SETTLE_LIMIT_MS);
      }),
    TEST_LIMIT_MS,
  );

  it(
    'is stopped at once and started again, at moments of chance: what was committed takes effect',
    () =>
      withSeed('stopped', async (random) => {
        const rush = new SalesRush({
          child: seller,
          random,
          sales: STOPPED_SALES,
          overMs: STOPPED_SALES_MS,
          at: 'stopped',
        });
        for (let stops = 0; stops < STOPS; stops += 1) {
          await pause(random.integer(500, 2_500));
          await postgres.stopImmediately();
          await pause(random.integer(0, 1_000));
          await postgres.startAgain();
        }
        await expectHealed();
        await rush.over;
        expect(rush.failures.length).toBeGreaterThan(0);
        await lab.settled(SETTLE_LIMIT_MS);
      }),
    TEST_LIMIT_MS,
  );

  it('has done no harm to the processes: they end in good order', async () => {
    expect([await hearer.stop(), await seller.stop()]).toEqual([STOPPED, STOPPED]);
  });
});
