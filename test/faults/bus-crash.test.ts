import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BUS_CRASH_POINTS, MAX_ATTEMPTS, type BusCrashPoint } from '../../src/shared/bus/index.ts';
import { present } from '../../src/shared/errors/index.ts';
import { seconds, within } from '../../src/shared/values/index.ts';
import { Operator } from './lab/operator.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs } from './lab/resume-time.ts';
import { SeededRandom, withSeed } from './lab/seed.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 240_000;
const SETTLE_LIMIT_MS = 90_000;
/** Each look at the database is a new connection, which costs about as much as a sale. */
const POLL_MS = 100;
const KILLED = { code: null, signal: 'SIGKILL' };
const MAX_SEED = 2 ** 31;

const QUEUES = ['postgres', 'redis'] as const;
type Queues = (typeof QUEUES)[number];
const MODULES = { publisher: ['till'], subscribers: ['journal', 'ledger', 'archive'] } as const;
type Role = keyof typeof MODULES;

let postgres: PostgresLab;
let redis: RedisLab | undefined;
const labs: TillLab[] = [];

beforeAll(async () => {
  [postgres, redis] = await Promise.all([PostgresLab.start(), RedisLab.start()]);
}, LAB_LIMIT_MS);
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.close()));
}, LAB_LIMIT_MS);
afterAll(async () => {
  await redis?.stop();
  await postgres.stop();
}, LAB_LIMIT_MS);

/** Where no Redis is to be had, all queues are in Postgres. */
async function open(queues: Queues): Promise<TillLab> {
  const lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : queues, postgres, redis });
  labs.push(lab);
  return lab;
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + SETTLE_LIMIT_MS;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`after ${SETTLE_LIMIT_MS} ms it still does not hold that ${what}`);
    await pause(POLL_MS);
  }
}

/** With both kinds of queues at the same time, since it is mostly waiting. Each has chances of its own. */
async function withBothQueues(
  name: string,
  body: (queues: Queues, random: SeededRandom, index: number) => Promise<void>,
): Promise<void> {
  await withSeed(name, async (random) => {
    const chances = QUEUES.map(() => new SeededRandom(random.integer(0, MAX_SEED)));
    // Also where one has failed the other comes to its end: it would go on with labs that are closed.
    const ends = await Promise.allSettled(
      chances.map(async (own, index) => {
        const queues = present(QUEUES[index], 'there are as many chances as kinds of queues');
        await body(queues, own, index);
      }),
    );
    for (const [index, end] of ends.entries()) {
      if (end.status === 'rejected') {
        throw new Error(`with queues in ${QUEUES[index] ?? ''}: ${String(end.reason)}`, { cause: end.reason });
      }
    }
  });
}

describe('a process that is killed on the way of an event', () => {
  const TILLS = ['north', 'south', 'west'];
  const MAX_SALES = 100;
  const SALE_PAUSE_MS = 20;
  const MAX_PASSES = 3;
  /** Sold while there is nobody to hear of it. */
  const BACKLOG = 5;
  const DEATH_LIMIT_MS = seconds(20);
  const hit = new Set<string>();

  it.each(BUS_CRASH_POINTS)(
    'at %s loses, repeats and reorders nothing, and work goes on as soon as it is back',
    async (point) => {
      await withBothQueues(point, async (queues, random, index) => {
        const role = roleAt(point, index);
        const lab = await open(queues);
        const crashAt = `${point}:${random.integer(1, MAX_PASSES)}`;
        const [publisher, subscribers] = await Promise.all([
          lab.spawn(MODULES.publisher, role === 'publisher' ? { crashAt } : {}),
          lab.spawn(MODULES.subscribers, role === 'subscribers' ? { crashAt } : {}),
        ]);
        const victim = role === 'publisher' ? publisher : subscribers;
        await sellUntilDead(publisher, victim, random);
        expect(await victim.ended).toEqual(KILLED);
        hit.add(`${queues} ${point}`);
        const successor = await lab.spawn(MODULES[role]);
        expect(await resumedMs(lab, role === 'publisher' ? successor : publisher)).toBeLessThan(resumeLimitMs());
        await lab.settled(SETTLE_LIMIT_MS);
      });
    },
    TEST_LIMIT_MS,
  );

  it('was killed at every point that there is', () => {
    const all = QUEUES.flatMap((queues) => BUS_CRASH_POINTS.map((point) => `${queues} ${point}`));
    expect([...hit].sort()).toEqual(all.sort());
  });

  function roleAt(point: BusCrashPoint, index: number): Role {
    if (point.startsWith('bus/consumer/')) return 'subscribers';
    // Journal publishes as well: at such a point its process dies with one kind of queues, and the till's with the other.
    const turn = BUS_CRASH_POINTS.indexOf(point) + index;
    return turn % 2 === 0 ? 'publisher' : 'subscribers';
  }

  async function sellUntilDead(publisher: TillChild, victim: TillChild, random: SeededRandom): Promise<void> {
    let isDead = false;
    const died = victim.ended.then(() => {
      isDead = true;
    });
    let left = BACKLOG;
    for (let number = 1; number <= MAX_SALES && left > 0; number += 1) {
      await publisher.sell(random.pick(TILLS), [number]).catch((error: unknown) => {
        // Whether it was sold is for the database to say, whose word the judge takes.
        if (victim !== publisher) throw error;
      });
      await pause(SALE_PAUSE_MS);
      if (isDead) left = victim === publisher ? 0 : left - 1;
    }
    if (!(await within(DEATH_LIMIT_MS, died))) throw new Error('the process has not come to its end');
  }

  /** How long until each till's next sale has come all the way, behind all that was there before it. */
  async function resumedMs(lab: TillLab, seller: TillChild): Promise<number> {
    const start = performance.now();
    const number = MAX_SALES + 1;
    for (const till of TILLS) await seller.sell(till, [number]);
    const sql = `select from archive.records where kind = 'written' and number = $1`;
    await until('new sales arrive', async () => (await lab.rows(sql, [number])).length === TILLS.length);
    return Math.round(performance.now() - start);
  }
});

describe('a sale that ends every process which handles it', () => {
  const TILLS = Array.from({ length: 20 }, (_, index) => `till-${index}`);
  const FOR_EVER = 1_000_000;
  const MAX_STARTS = MAX_ATTEMPTS + 3;

  it(
    'is given up after 8 attempts, costs no other sale anything, and is followed by its own till when it is retried',
    async () => {
      await withBothQueues('poison', async (queues, random) => {
        const lab = await open(queues);
        const publisher = await lab.spawn(['till', 'ledger', 'archive']);
        // What one transaction has published goes on its way in one job.
        await publisher.sell(TILLS, [1, 2]);
        const poisoned = random.pick(TILLS);
        lab.failAt(poisoned, 1, FOR_EVER, 'kill');
        expect(await diesAgainAndAgain(lab, publisher)).toBe(MAX_ATTEMPTS);
        expect(lab.faultsAt(poisoned, 1)).toBe(MAX_ATTEMPTS);

        const operator = new Operator(lab, 'journal');
        const others = (sentence: string): boolean => !sentence.includes(` of ${poisoned} `);
        await until('all other sales have come', async () => (await lab.violations()).filter(others).length === 0);
        const letters = await operator.deadLetters();
        expect(letters).toMatchObject([
          { subject: poisoned, sequence: 1, attempts: MAX_ATTEMPTS, waiting: 1, error: { name: 'ProcessDied' } },
        ]);

        lab.failAt(poisoned, 1, 0, 'kill');
        expect(await operator.retry(present(letters[0], 'there is one').id)).toBe(true);
        expect(await lab.settled(SETTLE_LIMIT_MS)).toBeLessThan(resumeLimitMs());
      });
    },
    TEST_LIMIT_MS,
  );

  /** Starts the journal each time it has died, until it has given up something. Returns how often it has died. */
  async function diesAgainAndAgain(lab: TillLab, publisher: TillChild): Promise<number> {
    const operator = new Operator(lab, 'journal');
    for (let deaths = 0; deaths < MAX_STARTS; deaths += 1) {
      let isDead = false;
      const journal = lab.launch(['journal']);
      void journal.ended.then(() => {
        isDead = true;
      });
      await publisher.sell(`late-${deaths}`, [1]);
      await until('it dies or gives up', async () => isDead || (await operator.deadLetters()).length > 0);
      if (!isDead) return deaths;
      expect({ ...(await journal.ended), said: journal.stderr }).toEqual({ ...KILLED, said: '' });
    }
    throw new Error(`nothing was given up in ${MAX_STARTS} starts`);
  }
});
