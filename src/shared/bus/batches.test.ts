import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SystemFailure } from '../errors/index.ts';
import { System } from '../module/index.ts';
import { traceIdOf } from '../telemetry/index.ts';
import { eventually } from '../testing/index.ts';
import { MAX_ATTEMPTS } from './consumer.ts';
import { Journal, Till, TillWorld, type Incident } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
/** Each time that they are sent again waits for the relay's next look, a second later. */
const SENT_AGAIN_LIMIT_MS = 40_000;
const TILLS = ['north', 'south', 'west', 'east'];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

interface Published {
  readonly id: string;
  readonly causationId: string | null;
  readonly correlationId: string;
  readonly traceparent: string;
}

describe('sales that come together', () => {
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

  const done = async (till: string, number: number, attempts: number): Promise<void> => {
    expect(await world.arrivalOf(till, number)).toMatchObject({ status: 'done', attempts });
  };
  const deadLetters = async (till: string) => {
    const { items } = await world.kernel.client(System).listDeadLetters({}, world.kernel.context());
    return items.filter(({ subject }) => subject === till);
  };
  const published = (module: string, subject: string): Promise<Published[]> =>
    world.kernel.rows<Published>(
      module,
      `select id, causation_id as "causationId", correlation_id as "correlationId", traceparent
       from outbox where subject = $1 order by sequence`,
      [subject],
    );

  it('are written down in one transaction, in the order of each till', async () => {
    await world.sellAll(TILLS.flatMap((till) => upTo(5).map((number) => ({ till, number }))));
    await eventually(async () => {
      for (const till of TILLS) expect(await world.journal(till)).toEqual(upTo(5));
    });
    expect(await world.transactionsOf(...TILLS)).toHaveLength(1);
  });

  it('are written down once when one of them fails, which follows with its successors in order', async () => {
    const untouched = ['smooth', 'untouched'];
    world.failAt('torn', 1, 2);
    await world.sellAll([...untouched, 'torn'].flatMap((till) => upTo(3).map((number) => ({ till, number }))));
    await eventually(async () => {
      for (const till of untouched) expect(await world.journal(till)).toEqual(upTo(3));
    });
    await eventually(async () => {
      await world.hurry();
      expect(await world.journal('torn')).toEqual(upTo(3));
    });
    for (const till of untouched) {
      expect(await world.journal(till)).toEqual(upTo(3));
      for (const number of upTo(3)) await done(till, number, 1);
    }
    await done('torn', 1, 3);
  });

  it('count their failures each for itself', async () => {
    world.failAt('once', 1, 1);
    world.failAt('often', 1, 5);
    await world.sellAll(['once', 'often', 'never'].map((till) => ({ till, number: 1 })));
    await eventually(async () => {
      await world.hurry();
      for (const till of ['once', 'often', 'never']) expect(await world.journal(till)).toEqual([1]);
    });
    await done('never', 1, 1);
    await done('once', 1, 2);
    await done('often', 1, 6);
  });

  describe.each<[string, string, (world: TillWorld) => Incident]>([
    [
      'a service that does not answer',
      'deaf',
      () => () => {
        throw new SystemFailure('the service does not answer', { mayHaveHappened: false });
      },
    ],
    [
      'a connection that is cut while it is used',
      'cut',
      () => async (work) => {
        await work.run('select pg_terminate_backend(pg_backend_pid())');
      },
    ],
    [
      'a connection that is cut while nobody looks',
      'unseen',
      ({ kernel }) =>
        async (work) => {
          const [row] = await work.rows<{ pid: number }>('select pg_backend_pid() as pid');
          await kernel.rows('journal', 'select pg_terminate_backend($1, 1000)', [row?.pid]);
          await work.run('select 1');
        },
    ],
  ])('at %s', (_, till, incidentIn) => {
    it(
      'are not to blame, and are written down when it is over',
      async () => {
        // Sequelize reports on the console that it cannot roll back on a connection that is gone.
        const warning = jest.spyOn(console, 'warn').mockReturnValue();
        // More often than a sale may fail.
        let left = MAX_ATTEMPTS + 1;
        const incident = incidentIn(world);
        world.during(till, 1, async (work) => {
          left -= 1;
          if (left >= 0) await incident(work);
        });
        const mate = `beside ${till}`;
        await world.sellAll([{ till: mate, number: 1 }, ...upTo(3).map((number) => ({ till, number }))]);
        await eventually(async () => {
          const { status, attempts } = await world.arrivalOf(till, 1);
          // Sent again while an attempt is under way it might count that one more.
          if (status === 'claimed' && attempts === 0) await world.hurryDeliveries();
          expect(await world.journal(till)).toEqual(upTo(3));
        }, SENT_AGAIN_LIMIT_MS);
        expect(left).toBeLessThan(0);
        expect(await world.journal(mate)).toEqual([1]);
        expect(await deadLetters(till)).toEqual([]);
        await done(till, 1, 1);
        await done(mate, 1, 1);
        warning.mockRestore();
      },
      WORLD_LIMIT_MS,
    );
  });

  it('are not given up with the one that ends every process that handles it', async () => {
    world.wire.holds = () => true;
    await world.sellAll([
      ...upTo(2).map((number) => ({ till: 'deadly', number })),
      ...upTo(2).map((number) => ({ till: 'innocent', number })),
    ]);
    const sales = await world.kernel.rows<{ id: string; subject: string; sequence: number }>(
      'till',
      `select id, subject, sequence from outbox where subject in ('deadly', 'innocent')`,
    );
    // As they are left by a process that has died with all of them, and by seven more that came to the first alone.
    await world.kernel.write('journal', async (work) => {
      for (const { id, subject, sequence } of sales) {
        await work.run(
          `insert into inbox (event_id, source, type, subject, sequence, status, attempts)
           values ($1, 'till', 'till.sold', $2, $3, 'claimed', $4)`,
          [id, subject, sequence, subject === 'deadly' && sequence === 1 ? MAX_ATTEMPTS : 1],
        );
      }
    });
    world.wire.holds = () => false;
    await world.hurryDeliveries();
    await eventually(async () => expect(await world.journal('innocent')).toEqual([1, 2]));
    const [letter] = await eventually(async () => {
      const letters = await deadLetters('deadly');
      expect(letters).toMatchObject([{ module: 'journal', sequence: 1, error: { name: 'ProcessDied' }, waiting: 1 }]);
      return letters;
    });
    expect(await world.journal('deadly')).toEqual([]);
    expect(await deadLetters('innocent')).toEqual([]);
    await world.kernel.client(System).retryDeadLetter({ eventId: letter?.id ?? '' }, world.kernel.context());
    await eventually(async () => expect(await world.journal('deadly')).toEqual([1, 2]));
  });

  it('each name themselves as the cause of what follows from them, in the trace of their own sale', async () => {
    const tills = ['chain', 'link'];
    const sales = tills.flatMap((till) => upTo(2).map((number) => ({ till, number })));
    for (const sale of sales) {
      world.during(sale.till, sale.number, (work) => work.publish(Journal.events.noted, sale));
    }
    await world.kernel.write('till', (work) => {
      for (const sale of sales) work.within(world.kernel.context()).publish(Till.events.sold, sale);
    });
    await eventually(async () => {
      for (const till of tills) expect(await world.journal(till)).toEqual([1, 2]);
    });
    expect(await world.transactionsOf(...tills)).toHaveLength(1);
    for (const till of tills) {
      const [sold, noted] = [await published('till', till), await published('journal', till)];
      expect(new Set(sold.map(({ traceparent }) => traceIdOf(traceparent))).size).toBe(2);
      const causes = noted.map(({ causationId, correlationId, traceparent }) => ({
        id: causationId,
        correlationId,
        trace: traceIdOf(traceparent),
      }));
      expect(causes).toEqual(
        sold.map(({ id, correlationId, traceparent }) => ({ id, correlationId, trace: traceIdOf(traceparent) })),
      );
    }
  });
});
