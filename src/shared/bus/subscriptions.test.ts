import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/index.ts';
import { eventually } from '../testing/index.ts';
import { hours } from '../values/index.ts';
import { registerSubscriptions, type DeclaredSubscription } from './subscriptions.ts';
import { Till, TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const TILLS = ['north', 'south', 'west', 'east', 'harbour'];
const ROUNDS = 40;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const hears = (subscriber: string, from: DeclaredSubscription['from']): DeclaredSubscription => ({
  type: Till.events.sold.type,
  subscriber,
  from,
});

/** A delivery's place in its stream, and that of its event among all events of the till. */
interface Numbered {
  readonly sequence: number;
  readonly place: number;
}

describe('whoever begins to hear a till', () => {
  let world: TillWorld;
  const declared: DeclaredSubscription[] = [hears('journal', 'beginning')];
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const register = (subscriptions: readonly DeclaredSubscription[]) =>
    registerSubscriptions(world.kernel.module('till').database, subscriptions, createLogger('silent'));
  const begin = async (...subscriptions: DeclaredSubscription[]): Promise<void> => {
    declared.push(...subscriptions);
    await register(declared);
  };
  const sentTo = (subscriber: string, till: string): Promise<Numbered[]> =>
    world.kernel.rows<Numbered>(
      'till',
      `select d.sequence, o.sequence as place from deliveries d join outbox o on o.id = d.event_id
       where d.subscriber = $1 and d.subject = $2 order by d.sequence`,
      [subscriber, till],
    );
  /** Where `count` events are sent from the `first` on: each once, in order, from 1, without a gap. */
  const inOrder = (first: number, count: number): Numbered[] =>
    upTo(count).map((sequence) => ({ sequence, place: first + sequence - 1 }));

  it('gets what was sold before there was a journal, in its order', async () => {
    await world.sell('old', 1, 2);
    await world.sell('old', 3);
    expect(await sentTo('journal', 'old')).toEqual([]);
    await world.kernel.start();
    expect(await sentTo('journal', 'old')).toEqual(inOrder(1, 3));
    await world.sell('old', 4);
    await eventually(async () => expect(await world.journal('old')).toEqual([1, 2, 3, 4]));
  });

  it('gets what is kept, if it begins at the beginning, and what comes behind it', async () => {
    for (const till of ['garden', 'kitchen']) await world.sell(till, 1, 2, 3);
    await begin(hears('auditor', 'beginning'));
    await world.sell('garden', 4);
    expect(await sentTo('auditor', 'garden')).toEqual(inOrder(1, 4));
    expect(await sentTo('auditor', 'kitchen')).toEqual(inOrder(1, 3));
  });

  it('gets only what comes, if it begins now, and counts it from 1', async () => {
    await world.sell('cellar', 1, 2, 3);
    await begin(hears('guard', 'now'));
    expect(await sentTo('guard', 'cellar')).toEqual([]);
    await world.sell('cellar', 4, 5);
    await world.sell('attic', 1);
    expect(await sentTo('guard', 'cellar')).toEqual(inOrder(4, 2));
    expect(await sentTo('guard', 'attic')).toEqual(inOrder(1, 1));
  });

  it('gets nothing twice, however often it is said that it hears', async () => {
    await world.sell('shed', 1, 2);
    await begin(hears('painter', 'beginning'));
    const all = () =>
      world.kernel.rows('till', 'select type, subscriber, since from subscriptions order by subscriber');
    const before = await all();
    for (const again of [declared, [...declared].reverse()]) await register(again);
    expect(await all()).toEqual(before);
    expect(await sentTo('painter', 'shed')).toEqual(inOrder(1, 2));
  });

  it('still gets what is sold while nobody who knows it is there, for a day: an older version may be at work', async () => {
    await begin(hears('lodger', 'now'));
    await register(declared.filter(({ subscriber }) => subscriber !== 'lodger'));
    await world.sell('loft', 1);
    expect(await sentTo('lodger', 'loft')).toEqual(inOrder(1, 1));
  });

  it('gets nothing more when nobody has known it for a day, and no gap when it hears again', async () => {
    await begin(hears('tenant', 'beginning'));
    await world.sell('flat', 1, 2);
    const others = declared.filter(({ subscriber }) => subscriber !== 'tenant');
    await world.kernel.letTimePass(hours(25));
    await register(others);
    await world.sell('flat', 3);
    expect(await sentTo('tenant', 'flat')).toEqual(inOrder(1, 2));
    await register(declared);
    await world.sell('flat', 4);
    expect(await sentTo('tenant', 'flat')).toEqual(inOrder(1, 4));
  });

  it('misses nothing of what is sold at the very moment in which it begins', async () => {
    const sold = { count: 0 };
    const selling = TILLS.map(async (till) => {
      for (const number of upTo(ROUNDS)) {
        await world.sell(till, number);
        sold.count += 1;
      }
    });
    await eventually(() => expect(sold.count).toBeGreaterThan(TILLS.length));
    await Promise.all([...selling, begin(hears('accountant', 'beginning'), hears('neighbour', 'now'))]);
    const heard = await Promise.all(TILLS.map((till) => sentTo('neighbour', till)));
    for (const till of TILLS) expect(await sentTo('accountant', till)).toEqual(inOrder(1, ROUNDS));
    for (const each of heard) expect(each).toEqual(inOrder(ROUNDS - each.length + 1, each.length));
    // Else it did not begin in between, and this has shown nothing.
    expect(heard.some(({ length }) => length > 0 && length < ROUNDS)).toBe(true);
  });
});
