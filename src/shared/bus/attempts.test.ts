import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemFailure } from '../errors/index.ts';
import { System } from '../module/index.ts';
import { eventually } from '../testing/index.ts';
import { MAX_ATTEMPTS } from './consumer.ts';
import { TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const GIVE_BACK_MS = 300;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('a sale', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterEach(() => {
    world.wire.holds = () => false;
  });
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const deadLetters = async () => {
    const { items } = await world.kernel.client(System).listDeadLetters({}, world.kernel.context());
    return items;
  };
  const done = async (till: string, number: number, attempts: number): Promise<void> => {
    expect(await world.arrivalOf(till, number)).toMatchObject({ status: 'done', attempts });
  };

  it('may wait behind a gap as long as it takes: that is no attempt', async () => {
    const gap = MAX_ATTEMPTS + 2;
    let released = 0;
    world.wire.holds = ({ envelope, sequence }) =>
      envelope.subject === 'patient' && sequence > released && sequence <= gap;
    await world.sell('patient', ...upTo(gap + 1));
    await eventually(async () => {
      expect(await world.arrivalOf('patient', gap + 1)).toMatchObject({ status: 'parked', attempts: 0 });
    });
    for (const number of upTo(gap - 1)) {
      released = number;
      await eventually(async () => {
        await world.hurryDeliveries();
        expect(await world.journal('patient')).toEqual(upTo(number));
      });
    }
    expect(await deadLetters()).toEqual([]);
    expect(await world.arrivalOf('patient', gap + 1)).toMatchObject({ status: 'parked', attempts: 0 });
    released = gap;
    await world.hurryDeliveries();
    await eventually(async () => expect(await world.journal('patient')).toEqual(upTo(gap + 1)));
  });

  it('is no attempt when a retry comes before the one that it follows', async () => {
    let slow = false;
    world.during('a slow one', 1, async (work) => {
      if (slow) await work.rows('select pg_sleep(2)::text');
      slow = true;
    });
    world.failAt('early retry', 2, 1);
    await world.sellAll([
      { till: 'a slow one', number: 1 },
      ...upTo(3).map((number) => ({ till: 'early retry', number })),
    ]);
    await eventually(async () => expect(await world.journal('early retry')).toEqual([1, 2, 3]), 5_000);
    await done('early retry', 2, 2);
  });

  it('counts no failure of the one that it waited for', async () => {
    world.wire.holds = ({ envelope, sequence }) => envelope.subject === 'queue' && sequence === 1;
    world.failAt('queue', 3, 1);
    await world.sell('queue', ...upTo(5));
    await eventually(async () => {
      expect(await world.arrivalOf('queue', 5)).toMatchObject({ status: 'parked', attempts: 0 });
    });
    world.wire.holds = () => false;
    await world.hurryDeliveries();
    await eventually(async () => expect(await world.journal('queue')).toEqual(upTo(5)));
    for (const number of upTo(5)) await done('queue', number, number === 3 ? 2 : 1);
  });

  it('gets through beside one whose service stays away', async () => {
    world.during('deaf', 1, () => {
      throw new SystemFailure('the service does not answer', { mayHaveHappened: false });
    });
    await world.sellAll([
      { till: 'deaf', number: 1 },
      { till: 'lively', number: 1 },
    ]);
    await eventually(async () => {
      await world.hurryDeliveries();
      expect(await world.journal('lively')).toEqual([1]);
    }, 5_000);
    world.during('deaf', 1, () => undefined);
    await eventually(async () => {
      await world.hurryDeliveries();
      expect(await world.journal('deaf')).toEqual([1]);
    });
  });

  it('has its attempt back when another one of its batch meets a service that does not answer', async () => {
    world.failAt('a failing one', 1, 1);
    let runs = 0;
    world.during('b unlucky', 1, () => {
      runs += 1;
      if (runs === 1) throw new SystemFailure('the service does not answer', { mayHaveHappened: false });
    });
    await world.sellAll(['a failing one', 'b unlucky', 'c behind'].map((till) => ({ till, number: 1 })));
    await eventually(() => expect(runs).toBe(1));
    // What was counted is given back a moment after the handler has failed.
    await new Promise((resolve) => setTimeout(resolve, GIVE_BACK_MS));
    await world.hurryDeliveries();
    await eventually(async () => expect(await world.journal('c behind')).toEqual([1]));
    await done('c behind', 1, 1);
  });

  it('is no dead letter of a database that takes no writes for a while', async () => {
    let left = MAX_ATTEMPTS + 1;
    world.during('standby', 1, async (work) => {
      left -= 1;
      if (left < 0) return;
      await work.run('set transaction read only');
      await work.run(`insert into entries (till, number) values ('standby', 0)`);
    });
    await world.sell('standby', 1);
    await eventually(async () => {
      await world.hurry();
      await world.hurryDeliveries();
      expect(await world.journal('standby')).toEqual([1]);
    });
    expect(await deadLetters()).toEqual([]);
  });
});
