import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { present } from '../../src/shared/errors/index.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { Clock, PERIOD_MS } from './lab/clock-module.ts';
import { emptyQueues } from './lab/empty-queues.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs } from './lab/resume-time.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const OBSERVED_PERIODS = 10;
const MISSED_PERIODS = 5;
/** Long enough to see that what was missed is not made up for again and again. */
const PERIODS_AFTERWARDS = 3;
const LEAST_PAUSE_MS = PERIOD_MS / 2;
const QUEUES = ['postgres', 'redis'] as const;
const KILLED = { code: null, signal: 'SIGKILL' };

type Queues = (typeof QUEUES)[number];

/** A clock that two processes host. */
interface Tower {
  readonly lab: TillLab;
  /** Where its queues are; absent: in Postgres. */
  readonly redis: RedisLab | undefined;
  readonly processes: TillChild[];
}

describe('a clock that strikes each second, hosted by two processes', () => {
  let postgres: PostgresLab;
  let server: RedisLab | undefined;
  const towers = new Map<Queues, Tower>();
  const towerWith = (queues: Queues): Tower => present(towers.get(queues), `no clock with queues in ${queues}`);

  beforeAll(async () => {
    [postgres, server] = await Promise.all([PostgresLab.start(), RedisLab.start()]);
    await Promise.all(
      QUEUES.map(async (queues) => {
        // Where no Redis is to be had, all queues are in Postgres.
        const redis = queues === 'redis' ? server : undefined;
        const kind = redis === undefined ? 'postgres' : queues;
        const lab = await TillLab.open({ queues: kind, postgres, redis, withClock: true });
        towers.set(queues, { lab, redis, processes: [] });
        await start(towerWith(queues));
      }),
    );
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await Promise.all([...towers.values()].map(({ lab }) => lab.close()));
    await server?.stop();
    await postgres.stop();
  }, LAB_LIMIT_MS);

  describe('strikes once in each period', () => {
    it.concurrent.each(QUEUES)(
      'with queues in %s',
      async (queues) => {
        const { lab } = towerWith(queues);
        const before = await turns(lab);
        await pause(OBSERVED_PERIODS * PERIOD_MS);
        const seen = (await turns(lab)).length - before.length;
        expect(Math.abs(seen - OBSERVED_PERIODS)).toBeLessThanOrEqual(1);
        await expectOneStrokePerTurn(lab);
      },
      LAB_LIMIT_MS,
    );
  });

  describe('goes on soon after its queue has lost all that it held', () => {
    it.concurrent.each(QUEUES)(
      'with queues in %s',
      async (queues) => {
        const { lab, redis } = towerWith(queues);
        expect(await emptyQueues(lab, redis)).toBeGreaterThan(0);
        const before = (await turns(lab)).length;
        // A job that a worker had taken before may still have its turn; the ones after it cannot.
        await eventually(async () => {
          expect((await turns(lab)).length).toBeGreaterThanOrEqual(before + PERIODS_AFTERWARDS);
        }, resumeLimitMs());
        await expectOneStrokePerTurn(lab);
      },
      LAB_LIMIT_MS,
    );
  });

  describe('makes up once for all that it has missed while nothing ran', () => {
    it.concurrent.each(QUEUES)(
      'with queues in %s',
      async (queues) => {
        const { lab, processes } = towerWith(queues);
        const endings = await Promise.all(processes.splice(0).map((process) => process.kill()));
        expect(endings).toEqual([KILLED, KILLED]);
        // One that was killed between its turn and its stroke has no stroke.
        await lab.rows('delete from clock.strokes');
        await lab.rows('delete from clock.turns');
        await pause(MISSED_PERIODS * PERIOD_MS);
        expect(await turns(lab)).toEqual([]);
        await start(towerWith(queues));
        const [first] = await eventually(async () => {
          const seen = await turns(lab);
          expect(seen).not.toEqual([]);
          return seen;
        }, PERIOD_MS);
        await pause(PERIODS_AFTERWARDS * PERIOD_MS);
        const seen = await turns(lab);
        const periods = Math.round(((seen.at(-1) ?? 0) - present(first, 'one was seen')) / PERIOD_MS);
        expect(periods).toBeGreaterThanOrEqual(PERIODS_AFTERWARDS - 1);
        // One for all that was missed, and one for each period since.
        expect(Math.abs(seen.length - (1 + periods))).toBeLessThanOrEqual(1);
        await expectOneStrokePerTurn(lab);
      },
      LAB_LIMIT_MS,
    );
  });
});

async function start({ lab, processes }: Tower): Promise<void> {
  processes.push(...(await Promise.all([lab.spawn([Clock.name]), lab.spawn([Clock.name])])));
}

/** When a process has won its turn to strike, by the database's time in milliseconds. */
async function turns(lab: TillLab): Promise<number[]> {
  const sql = 'select (extract(epoch from at) * 1000)::float8 as ms from clock.turns order by at';
  return (await lab.rows<{ ms: number }>(sql)).map(({ ms }) => ms);
}

/** And no two turns so close together that they belong to one period. */
async function expectOneStrokePerTurn(lab: TillLab): Promise<void> {
  const all = await turns(lab);
  const pauses = all.slice(1).map((time, index) => time - (all[index] ?? time));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(LEAST_PAUSE_MS);
  await eventually(async () => {
    const [row] = await lab.rows(
      'select (select count(*) from clock.turns) - (select count(*) from clock.strokes) as without',
    );
    expect(row).toEqual({ without: 0 });
  });
}
