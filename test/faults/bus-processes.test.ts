import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS } from '../../src/shared/bus/index.ts';
import { present } from '../../src/shared/errors/index.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { minutes, seconds } from '../../src/shared/values/index.ts';
import { hurryRetries } from './bus-processes-hurry.ts';
import { standStill, type Standstill } from './bus-processes-standstill.ts';
import { Operator } from './lab/operator.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs, resumeTimeMs } from './lab/resume-time.ts';
import { withSeed, type SeededRandom } from './lab/seed.ts';
import { SteadySales } from './lab/steady-sales.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 240_000;
const SETTLE_LIMIT_MS = 90_000;
/** The server ends a transaction that stands still after so long; only then can go on what has waited for it. */
const LET_GO_MS = 8_000;
const QUEUES = ['postgres', 'redis'] as const;
const PUBLISHER = ['till'];
const SUBSCRIBERS = ['journal', 'ledger', 'archive'];
const EVERYTHING = [...PUBLISHER, ...SUBSCRIBERS];
const TILLS = ['north', 'south', 'east', 'west', 'upper'];
const PAUSE_MS = 600;
const LOAD_MS = 5_000;
const MANY_TILLS = Array.from({ length: 12 }, (_, index) => `till ${index + 1}`);
const SHORT_PAUSE_MS = 300;
const MAX_SEED = 2 ** 31;
const KILLED = { code: null, signal: 'SIGKILL' };
const SKEW_MS = minutes(2);
/** Long enough for every process to have looked at the clock. */
const SKEWED_MS = 2_500;
const FOR_EVER = 1_000_000;

type Queues = (typeof QUEUES)[number];

let postgres: PostgresLab;
let redis: RedisLab | undefined;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([PostgresLab.start(), RedisLab.start()]);
}, LAB_LIMIT_MS);
afterAll(async () => {
  await redis?.stop();
  await postgres.stop();
}, LAB_LIMIT_MS);

/** Where no Redis is to be had, all queues are in Postgres. */
const kindOf = (queues: Queues): Queues => (redis === undefined ? 'postgres' : queues);

async function inLab(queues: Queues, name: string, play: (lab: TillLab, random: SeededRandom) => Promise<void>) {
  const lab = await TillLab.open({ queues: kindOf(queues), postgres, redis });
  try {
    await withSeed(name, (random) => play(lab, random));
  } finally {
    await lab.close();
  }
}

/** The same promise with both kinds of queues, at the same time, for a test of faults mostly waits. */
function promise(name: string, keep: (queues: Queues) => Promise<void>): void {
  describe(name, () => {
    it.concurrent.each(QUEUES)('with queues in %s', keep, TEST_LIMIT_MS);
  });
}

describe('processes of which one stands still', () => {
  promise('hold nobody up for long, and repeat nothing when it goes on', (queues) =>
    inLab(queues, 'standing still', async (lab, random) => {
      const [publishers, subscribers] = await Promise.all([
        Promise.all([lab.spawn(PUBLISHER), lab.spawn(PUBLISHER)]),
        Promise.all([lab.spawn(SUBSCRIBERS), lab.spawn(SUBSCRIBERS)]),
      ]);
      const standstills: Standstill[] = [
        { child: random.pick(subscribers), caught: 'in a transaction', forMs: seconds(9) },
        { child: random.pick(publishers), caught: 'between claim and queue', forMs: seconds(9) },
        { child: random.pick([...publishers, ...subscribers]), caught: 'anywhere', forMs: seconds(6) },
      ];
      let standing: TillChild | undefined;
      const working = (): TillChild => random.pick(publishers.filter((child) => child !== standing));
      await SteadySales.during({ tills: TILLS, seller: working, random, pauseMs: PAUSE_MS }, async () => {
        for (const standstill of standstills) {
          const seller = publishers.includes(standstill.child) ? standstill.child : working();
          await standStill(standstill, { lab, random, seller }, async () => {
            standing = standstill.child;
            expect(await resumeTimeMs(lab, working())).toBeLessThan(LET_GO_MS + resumeLimitMs());
          });
          standing = undefined;
          expect(await resumeTimeMs(lab, seller)).toBeLessThan(resumeLimitMs());
        }
      });
      await lab.settled(SETTLE_LIMIT_MS);
    }),
  );
});

describe('two processes that host everything', () => {
  const pairs = new Map<Queues, { readonly lab: TillLab; readonly children: readonly [TillChild, TillChild] }>();
  const pairWith = (queues: Queues) => present(pairs.get(queues), `nothing runs with queues in ${queues}`);

  beforeAll(async () => {
    await Promise.all(
      QUEUES.map(async (queues) => {
        const lab = await TillLab.open({ queues: kindOf(queues), postgres, redis });
        const options = { environment: { LOG_LEVEL: 'warn' } };
        const children = await Promise.all([lab.spawn(EVERYTHING, options), lab.spawn(EVERYTHING, options)]);
        pairs.set(queues, { lab, children });
      }),
    );
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await Promise.all([...pairs.values()].map(({ lab }) => lab.close()));
  }, LAB_LIMIT_MS);

  promise('share all the work, and each sale takes effect once and in order', async (queues) => {
    const { lab, children } = pairWith(queues);
    await withSeed('sharing', async (random) => {
      const seller = (): TillChild => random.pick(children);
      const options = { tills: MANY_TILLS, seller, random, pauseMs: SHORT_PAUSE_MS };
      const sales = await SteadySales.during(options, () => pause(LOAD_MS));
      expect(sales.failures).toEqual([]);
      await lab.settled(SETTLE_LIMIT_MS);
    });
  });

  promise('try again what fails three times, which holds up its own till alone', async (queues) => {
    const { lab, children } = pairWith(queues);
    lab.failAt('flaky', 1, 3, 'throw');
    await Promise.all([children[0].sell('flaky', [1, 2, 3]), children[1].sell('steady', [1, 2, 3])]);
    await lab.settled(SETTLE_LIMIT_MS);
    expect(lab.faultsAt('flaky', 1)).toBe(3);
    const attempts = `select attempts from journal.inbox where subject = 'flaky' and sequence = 1`;
    expect(await lab.rows(attempts)).toEqual([{ attempts: 4 }]);
    const entries = `select till from journal.entries where till in ('steady', 'flaky') order by position`;
    const order = (await lab.rows<{ till: string }>(entries)).map(({ till }) => till);
    expect(order).toEqual(['steady', 'steady', 'steady', 'flaky', 'flaky', 'flaky']);
  });

  promise('give up on what always fails, go on with all other tills, and end it when it is retried', async (queues) => {
    const { lab, children } = pairWith(queues);
    const operator = new Operator(lab, 'journal');
    lab.failAt('poisoned', 1, FOR_EVER, 'throw');
    await children[0].sell('poisoned', [1]);
    await children[1].sell('poisoned', [2, 3]);
    const letter = await eventually(async () => {
      await hurryRetries(lab, 'journal');
      const [first] = await operator.deadLetters();
      return present(first, 'nothing is dead yet');
    }, SETTLE_LIMIT_MS);
    expect(letter).toMatchObject({ subject: 'poisoned', sequence: 1, attempts: MAX_ATTEMPTS });
    expect(lab.faultsAt('poisoned', 1)).toBe(MAX_ATTEMPTS);
    expect(await resumeTimeMs(lab, children[0])).toBeLessThan(resumeLimitMs());
    const others = `select from journal.inbox where subject <> 'poisoned' and status <> 'done'`;
    await eventually(async () => expect(await lab.rows(others)).toEqual([]));
    const waiting = `select sequence::integer from journal.inbox where subject = 'poisoned' and status = 'parked' order by 1`;
    expect(await lab.rows(waiting)).toEqual([{ sequence: 2 }, { sequence: 3 }]);
    expect(await lab.rows(`select from journal.entries where till = 'poisoned'`)).toEqual([]);
    lab.failAt('poisoned', 1, 0, 'throw');
    expect(await operator.retry(letter.id)).toBe(true);
    await lab.settled(SETTLE_LIMIT_MS);
  });

  promise('do not mind that a clock jumps by two minutes, forwards or back', async (queues) => {
    const { lab, children } = pairWith(queues);
    const [ahead, behind] = children;
    await withSeed('jumping', async (random) => {
      const options = {
        tills: TILLS.map((till) => `${till} of ${queues}`),
        seller: () => random.pick(children),
        random,
      };
      await SteadySales.during({ ...options, pauseMs: PAUSE_MS }, async () => {
        await ahead.setClockSkew(SKEW_MS);
        await pause(SKEWED_MS);
        await behind.setClockSkew(-SKEW_MS);
        await pause(SKEWED_MS);
        if (kindOf(queues) === 'postgres') {
          expect(ahead.stderr).toMatch(/clock is 1\d\d\.\d s ahead of the database server's/);
          expect(behind.stderr).toMatch(/clock is 1\d\d\.\d s behind the database server's/);
        }
        expect(await resumeTimeMs(lab, ahead)).toBeLessThan(resumeLimitMs());
        for (const child of children) await child.setClockSkew(0);
        expect(await resumeTimeMs(lab, behind)).toBeLessThan(resumeLimitMs());
      });
      await lab.settled(SETTLE_LIMIT_MS);
    });
  });

  promise('carry on trace and correlation, though one is killed and the other fails at first', async (queues) => {
    const { lab, children } = pairWith(queues);
    lab.failAt('traced', 1, 1, 'kill');
    lab.failAt('traced', 1, 2, 'throw', { module: 'ledger' });
    const endings = children.map(async (child) => ({
      ending: await child.ended,
      survivor: children.find((c) => c !== child),
    }));
    const [seller] = children;
    // It may be killed before it has answered; the judge knows what has been sold.
    await seller.sell('traced', [1, 2]).catch(() => undefined);
    const { ending, survivor } = await Promise.race(endings);
    expect(ending).toEqual(KILLED);
    expect(await resumeTimeMs(lab, present(survivor, 'one of two is left'))).toBeLessThan(resumeLimitMs());
    await lab.settled(SETTLE_LIMIT_MS);
    expect([lab.faultsAt('traced', 1), lab.faultsAt('traced', 1, 'ledger')]).toEqual([1, 2]);
    expect(await lab.rows(`select from ledger.lines where till = 'traced'`)).toHaveLength(2);
  });
});

describe('queues that repeat and shuffle', () => {
  it.concurrent.each(QUEUES)(
    'change nothing: what comes up to five times, in any order, takes effect once and in order (in %s)',
    (queues) =>
      inLab(queues, 'shuffling', async (lab, random) => {
        const LAB_SEED = String(random.integer(0, MAX_SEED));
        const environment = { LAB_COPIES_MAX: '5', LAB_SHUFFLE: 'true', LAB_SEED };
        const [till, journal] = await Promise.all([
          lab.spawn(['till', 'ledger'], { environment }),
          lab.spawn(['journal', 'archive'], { environment }),
        ]);
        for (const number of [1, 4, 7, 10]) {
          await Promise.all(TILLS.map((each) => till.sell(each, [number, number + 1, number + 2])));
        }
        await lab.settled(SETTLE_LIMIT_MS);
        expect(lab.bumps.copies).toBeGreaterThan(0);
        expect(lab.bumps.displaced).toBeGreaterThan(0);
        expect([await till.stop(), await journal.stop()]).toEqual([
          { code: 0, signal: null },
          { code: 0, signal: null },
        ]);
      }),
    TEST_LIMIT_MS,
  );
});

describe('a process whose clock is two minutes wrong', () => {
  it(
    'is not started with queues in Postgres, and says by how much it is wrong',
    () =>
      inLab('postgres', 'refusing', async (lab) => {
        for (const [skewMs, direction] of [
          [SKEW_MS, 'ahead of'],
          [-SKEW_MS, 'behind'],
        ] as const) {
          const child = lab.launch(EVERYTHING, { environment: { LAB_CLOCK_SKEW_MS: String(skewMs) } });
          expect(await child.ended).toEqual({ code: 1, signal: null });
          const where = `1\\d\\d\\.\\d s ${direction} the database server's, and at most 2 s are allowed with queues in Postgres`;
          expect(child.stderr).toMatch(
            new RegExp(`StartFailure: This machine's clock is ${where}; set the clock right\\.\n`),
          );
        }
      }),
    TEST_LIMIT_MS,
  );
});
