import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Guard } from '../../src/shared/telemetry/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import type { Bumps } from './lab/bumpy-transport.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { RedisLab } from './lab/redis-lab.ts';
import { TillLab } from './lab/till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 180_000;
const SETTLE_LIMIT_MS = 60_000;
/** Longer than what is lost takes to be sent again: what is not well after that will not be. */
const UNWELL_LIMIT_MS = seconds(8);
const EVERYTHING = ['till', 'journal', 'ledger', 'archive'];
const TILLS = ['north', 'south'];
const KILLED = { code: null, signal: 'SIGKILL' };

interface Played {
  readonly environment?: Readonly<Record<string, string>>;
  readonly crashAt?: string;
}

interface Scenario extends Played {
  readonly guard: Guard;
  readonly fault: string;
  /** That the fault has happened. */
  readonly shown: (bumps: Bumps) => boolean;
  readonly says: RegExp;
}

const SCENARIOS: readonly Scenario[] = [
  {
    guard: 'inbox check',
    fault: 'each event comes three times',
    environment: { LAB_COPIES: '3' },
    shown: ({ copies }) => copies > 0,
    says: /^sale \d+ of \w+ has taken effect \d+ times in /,
  },
  {
    guard: 'version gate',
    fault: 'the last event comes first',
    environment: { LAB_REVERSED: 'true' },
    shown: ({ displaced }) => displaced > 0,
    says: /^sale \d+ of \w+ is out of order in /,
  },
  {
    guard: 'sweeper',
    fault: 'a process dies with events that it has claimed and not sent',
    crashAt: 'bus/relay/claimed',
    // That it has died is seen below.
    shown: () => true,
    says: /^sale \d+ of \w+ is lost: it is not in /,
  },
];

describe.each(['postgres', 'redis'] as const)('what keeps the bus’s word, with queues in %s', (queues) => {
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

  it.each(SCENARIOS)(
    'is the $guard where $fault: with it all ends well, and without it the judge says what is wrong',
    async ({ says, shown, ...scenario }) => {
      const wellWith = async (): Promise<void> => {
        const lab = await play(scenario, '');
        await lab.settled(SETTLE_LIMIT_MS);
        expect(shown(lab.bumps)).toBe(true);
      };
      const unwellWithout = async (): Promise<void> => {
        const lab = await play(scenario, scenario.guard);
        await expect(lab.settled(UNWELL_LIMIT_MS)).rejects.toThrow('violations');
        expect(await lab.violations()).toContainEqual(expect.stringMatching(says));
        expect(shown(lab.bumps)).toBe(true);
      };
      // Also where one has failed the other comes to its end: it would go on with a lab that is closed.
      const ends = await Promise.allSettled([wellWith(), unwellWithout()]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    TEST_LIMIT_MS,
  );

  /** The same sales, and the same fault, without a guard or with all of them. */
  async function play({ environment, crashAt }: Played, without: Guard | ''): Promise<TillLab> {
    // Where no Redis is to be had, all queues are in Postgres.
    const lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : queues, postgres, redis });
    labs.push(lab);
    const options = { environment: { ...environment, NODE_ENV: 'test', BANYAN_TEST_WITHOUT: without } };
    let child = await lab.spawn(EVERYTHING, crashAt === undefined ? options : { ...options, crashAt });
    const sold = await Promise.allSettled(TILLS.map((till) => child.sell(till, [1, 2, 3])));
    if (crashAt === undefined) {
      expect(sold.map(({ status }) => status)).toEqual(TILLS.map(() => 'fulfilled'));
    } else {
      // Which of them were sold is for the database to say, whose word the judge takes.
      expect(await child.ended).toEqual(KILLED);
      child = await lab.spawn(EVERYTHING, options);
    }
    for (const till of TILLS) await child.sell(till, [4, 5]);
    return lab;
  }
});
