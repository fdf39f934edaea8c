import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/index.ts';
import { minutes } from '../values/index.ts';
import { eventually } from '../testing/index.ts';
import { registerSubscriptions } from './subscriptions.ts';
import { Till, TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
/** Refusals after which a delivery is set aside. */
const TOO_MANY = 5;
/** Calls on a wire that is down, from all relays: enough to show that they go on in vain. */
const IN_VAIN = 3;

describe('a queue', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterEach(() => {
    Object.assign(world.wire, { refuses: () => false, down: false });
  });
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const sendAgain = (eventId: string, subscriber: string): Promise<number> =>
    world.kernel.write('till', (work) =>
      work.run(
        `update deliveries set state = 'open', send_failures = 0, error = null, due_at = now()
         where event_id = $1 and subscriber = $2 and state = 'quarantined'`,
        [eventId, subscriber],
      ),
    );

  it('that refuses one sale gets the others, and those after it when an operator has sent it again', async () => {
    world.wire.refuses = ({ envelope, sequence }) => envelope.subject === 'refused' && sequence === 2;
    await world.sellAll([
      ...[1, 2, 3].map((number) => ({ till: 'refused', number })),
      ...[1, 2].map((number) => ({ till: 'taken', number })),
    ]);
    await eventually(async () => {
      expect(await world.journal('taken')).toEqual([1, 2]);
      expect(await world.journal('refused')).toEqual([1]);
    });
    await eventually(async () => {
      await world.hurryDeliveries();
      expect(await world.sentSale('refused', 2)).toMatchObject({
        state: 'quarantined',
        sendFailures: TOO_MANY,
        error: { name: 'Error', message: 'the queue refuses refused 2' },
      });
    });
    await world.sell('refused', 4);
    await eventually(async () => {
      for (const later of [3, 4]) expect(await world.arrivalOf('refused', later)).toMatchObject({ status: 'parked' });
    });
    expect(await world.journal('refused')).toEqual([1]);
    world.wire.refuses = () => false;
    expect(await sendAgain((await world.sentSale('refused', 2)).eventId, 'journal')).toBe(1);
    await eventually(async () => expect(await world.journal('refused')).toEqual([1, 2, 3, 4]));
    await eventually(async () => expect(await world.openDeliveries()).toBe(0));
    for (const number of [1, 2, 3, 4]) {
      expect(await world.sentSale('refused', number)).toMatchObject({ state: 'acknowledged' });
    }
  });

  it('that refuses a sale for a while takes it before it is set aside', async () => {
    let refusals = 0;
    world.wire.refuses = ({ envelope }) => {
      if (envelope.subject !== 'moody') return false;
      refusals += 1;
      // It is tried with the others of its batch first, and then by itself.
      return refusals < TOO_MANY;
    };
    await world.sellAll([
      { till: 'moody', number: 1 },
      { till: 'friendly', number: 1 },
    ]);
    await eventually(async () => {
      await world.hurryDeliveries();
      expect(await world.journal('moody')).toEqual([1]);
    });
    expect(await world.journal('friendly')).toEqual([1]);
    expect((await world.sentSale('moody', 1)).sendFailures).toBeLessThan(TOO_MANY);
  });

  it('that is out of reach is no fault of any sale, and gets all of them when it is back', async () => {
    await world.sell('before', 1);
    await eventually(async () => expect(await world.journal('before')).toEqual([1]));
    world.wire.down = true;
    world.wire.unanswered = 0;
    await world.sell('unplugged', 1, 2);
    await world.sell('unplugged', 3);
    await eventually(async () => {
      await world.hurryDeliveries();
      expect(world.wire.unanswered).toBeGreaterThanOrEqual(IN_VAIN);
      for (const number of [1, 2, 3]) {
        expect(await world.sentSale('unplugged', number)).toMatchObject({
          state: 'open',
          attempts: 0,
          sendFailures: 0,
          error: null,
        });
      }
    });
    expect(await world.journal('unplugged')).toEqual([]);
    world.wire.down = false;
    await eventually(async () => expect(await world.journal('unplugged')).toEqual([1, 2, 3]));
    expect(await world.sentSale('unplugged', 3)).toMatchObject({ sendFailures: 0 });
  });

  it('that belongs to no module gets nothing: what is meant for it is set aside and says so', async () => {
    const hears = { type: Till.events.sold.type, from: 'now' } as const;
    await registerSubscriptions(
      world.kernel.module('till').database,
      [
        { ...hears, subscriber: 'journal' },
        { ...hears, subscriber: 'attic' },
      ],
      createLogger('silent'),
    );
    await world.sell('mail', 1, 2);
    // A newer version may know the module: it is given an hour.
    await world.kernel.letTimePass(minutes(61));
    const setAside = await eventually(async () => {
      await world.hurryDeliveries();
      const rows = await world.kernel.rows<{ id: string; message: string }>(
        'till',
        `select event_id as id, error ->> 'message' as message from deliveries
         where subscriber = 'attic' and subject = 'mail' and state = 'quarantined' order by sequence`,
      );
      expect(rows).toHaveLength(2);
      return rows;
    });
    expect(setAside.map(({ message }) => message)).toEqual(Array(2).fill('there is no module attic'));
    expect(await world.journal('mail')).toEqual([1, 2]);
  });
});
