import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { present } from '../../src/shared/errors/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { Crew } from './bus-chaos-crew.ts';
import { planMishaps, type Mishap, type Planned } from './bus-chaos-plan.ts';
import { emptyQueues } from './lab/empty-queues.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { resumeLimitMs, resumeTimeMs } from './lab/resume-time.ts';
import { withSeed, type SeededRandom } from './lab/seed.ts';
import { SteadySales } from './lab/steady-sales.ts';
import type { TillChild } from './lab/till-child.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 300_000;
const SETTLE_LIMIT_MS = 90_000;
const DURATION_MS = seconds(45);
const QUEUES = ['postgres', 'redis'] as const;
/** Each publishes something that the other hears, and hears something that the other publishes. */
const SHIFTS = [
  ['till', 'ledger'],
  ['till', 'ledger'],
  ['journal', 'archive'],
  ['journal', 'archive'],
];
const TILLS = ['north', 'south', 'east', 'west', 'upper', 'lower'];
const PAUSE_MS = 500;
/** Handlers that go wrong, of so many sales of each till. */
const SALES_WITH_FAULTS = 60;
const SHARE_OF_FAULTS = 0.08;
const MAX_FAILURES = 2;
const MAX_SLOW_MS = 2_000;

type Queues = (typeof QUEUES)[number];

/** How much of each has happened, to show that it was a bad day. */
interface Damage {
  kills: number;
  standstills: number;
  connections: number;
  queued: number;
  stops: number;
}

const NONE: Damage = { kills: 0, standstills: 0, connections: 0, queued: 0, stops: 0 };

interface Scene {
  readonly lab: TillLab;
  readonly postgres: PostgresLab;
  readonly redis: RedisLab | undefined;
  readonly crew: Crew;
  readonly damage: Damage;
}

describe('a bad day', () => {
  const servers = new Map<Queues, { readonly postgres: PostgresLab; readonly redis: RedisLab | undefined }>();

  beforeAll(async () => {
    await Promise.all(
      QUEUES.map(async (queues) => {
        // Where no Redis is to be had, all queues are in Postgres.
        const redis = queues === 'redis' ? await RedisLab.start() : undefined;
        servers.set(queues, { postgres: await PostgresLab.start(), redis });
      }),
    );
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    for (const { postgres, redis } of servers.values()) {
      await redis?.stop();
      await postgres.stop();
    }
  }, LAB_LIMIT_MS);

  it.concurrent.each(QUEUES)(
    'on which all goes wrong that can loses no sale, repeats none and keeps their order (queues in %s)',
    async (queues) => {
      const { postgres, redis } = present(servers.get(queues), `there are servers for ${queues}`);
      const lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : 'redis', postgres, redis });
      try {
        await withSeed('bad day', async (random) => {
          const planned = planMishaps(random, DURATION_MS, SHIFTS.length);
          const handlerFaults = planHandlerFaults(lab, random);
          await Crew.during(lab, SHIFTS, async (crew) => {
            const damage = { ...NONE };
            const seller = (): TillChild | undefined => random.shuffle(crew.atWork('till'))[0];
            await SteadySales.during({ tills: TILLS, seller, random, pauseMs: PAUSE_MS }, async () => {
              await play(planned, { lab, postgres, redis, crew, damage });
              postgres.proxy.loseCommitReplies(0);
              await crew.complete();
              expect(await resumeTimeMs(lab, present(seller(), 'all are at work'))).toBeLessThan(resumeLimitMs());
            });
            await lab.settled(SETTLE_LIMIT_MS);
            expect(crew.deaths).toEqual([]);
            const happened = { ...damage, commits: postgres.proxy.lostReplies, handlers: handlerFaults() };
            expect(Object.entries(happened).filter(([, count]) => count === 0)).toEqual([]);
          });
        });
      } finally {
        await lab.close();
      }
    },
    TEST_LIMIT_MS,
  );
});

async function play(planned: readonly Planned[], scene: Scene): Promise<void> {
  const start = performance.now();
  for (const { atMs, mishap } of planned) {
    await pause(Math.max(0, start + atMs - performance.now()));
    await happen(mishap, scene);
  }
}

async function happen(mishap: Mishap, { lab, postgres, redis, crew, damage }: Scene): Promise<void> {
  switch (mishap.kind) {
    case 'kill':
      crew.kill(mishap.place);
      damage.kills += 1;
      break;
    case 'stand still':
      crew.stand(mishap.place, mishap.forMs);
      damage.standstills += 1;
      break;
    case 'end connections':
      damage.connections += await postgres.terminateBackends();
      break;
    case 'empty queues':
      damage.queued += await emptyQueues(lab, redis);
      break;
    case 'lose commits':
      postgres.proxy.loseCommitReplies(mishap.count);
      break;
    case 'stop Postgres':
      await postgres.stopImmediately();
      await pause(mishap.forMs);
      await postgres.startAgain();
      damage.stops += 1;
  }
}

/** Returns how often a handler has gone wrong so far. */
function planHandlerFaults(lab: TillLab, random: SeededRandom): () => number {
  const faulty: (readonly [string, number, string])[] = [];
  for (const till of TILLS) {
    for (let number = 1; number <= SALES_WITH_FAULTS; number += 1) {
      if (!random.chance(SHARE_OF_FAULTS)) continue;
      const module = random.pick(['journal', 'ledger', 'archive']);
      const kind = random.pick(['throw', 'throw', 'slow'] as const);
      lab.failAt(till, number, random.integer(1, MAX_FAILURES), kind, {
        module,
        waitMs: random.integer(0, MAX_SLOW_MS),
      });
      faulty.push([till, number, module]);
    }
  }
  return () => faulty.reduce((sum, [till, number, module]) => sum + lab.faultsAt(till, number, module), 0);
}
