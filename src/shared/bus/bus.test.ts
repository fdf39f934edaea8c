import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { System } from '../module/index.ts';
import { eventually } from '../testing/index.ts';
import { emptyQueues } from './test/empty-queues.ts';
import { TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const FOR_EVER = 1_000_000;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe.each(['postgres', 'redis'] as const)('events on queues in %s', (queues) => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open(queues);
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterEach(() => {
    Object.assign(world.wire, { copies: 1, reversed: false, holds: () => false });
  });
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const deadLetterOf = async (till: string) => {
    await world.hurry();
    const { items } = await world.kernel.client(System).listDeadLetters({}, world.kernel.context());
    const letter = items.find(({ subject }) => subject === till);
    if (letter === undefined) throw new Error(`there is no dead letter of ${till} yet`);
    return letter;
  };

  it('takes effect once and in order, though each comes twice and the last comes first', async () => {
    Object.assign(world.wire, { copies: 2, reversed: true });
    const tills = ['north', 'south', 'west'];
    await Promise.all(
      tills.map(async (till) => {
        await world.sell(till, ...upTo(10));
        for (const number of upTo(10)) await world.sell(till, 10 + number);
      }),
    );
    await eventually(async () => {
      for (const till of tills) expect(await world.journal(till)).toEqual(upTo(20));
      expect(await world.openDeliveries()).toBe(0);
    });
  });

  it('keeps what comes too early until its predecessor is there', async () => {
    world.wire.holds = ({ envelope, sequence }) => envelope.subject === 'early' && sequence === 1;
    await world.sell('early', 1, 2, 3);
    await eventually(async () => {
      expect(await world.arrivalOf('early', 2)).toMatchObject({ status: 'parked' });
      expect(await world.arrivalOf('early', 3)).toMatchObject({ status: 'parked' });
    });
    expect(await world.journal('early')).toEqual([]);
    world.wire.holds = () => false;
    await eventually(async () => expect(await world.journal('early')).toEqual([1, 2, 3]));
  });

  it('tries again what fails, and leaves no trace of the failed tries', async () => {
    world.failAt('flaky', 1, 3);
    await world.sell('flaky', 1, 2);
    await eventually(async () => expect(await world.journal('flaky')).toEqual([1, 2]));
    expect(await world.arrivalOf('flaky', 1)).toMatchObject({ status: 'done', attempts: 4 });
  });

  it('gives up on a poisoned one, holds up nobody but its own till, and goes on in order when it is retried', async () => {
    world.failAt('poisoned', 1, FOR_EVER);
    await world.sell('poisoned', 1, 2, 3);
    await world.sell('healthy', 1, 2, 3);
    await eventually(async () => expect(await world.journal('healthy')).toEqual([1, 2, 3]));
    const letter = await eventually(() => deadLetterOf('poisoned'));
    expect(letter).toMatchObject({ module: 'journal', attempts: 8, error: { message: 'the pen broke at poisoned 1' } });
    expect(await world.journal('poisoned')).toEqual([]);
    world.failAt('poisoned', 1, 0);
    await world.kernel.client(System).retryDeadLetter({ eventId: letter.id }, world.kernel.context());
    await eventually(async () => expect(await world.journal('poisoned')).toEqual([1, 2, 3]));
  });

  it('goes on without a poisoned one when an operator gives it up', async () => {
    world.failAt('hopeless', 2, FOR_EVER);
    await world.sell('hopeless', 1, 2, 3);
    const letter = await eventually(() => deadLetterOf('hopeless'));
    await world.kernel
      .client(System)
      .discardDeadLetter({ eventId: letter.id, note: 'illegible' }, world.kernel.context());
    await eventually(async () => expect(await world.journal('hopeless')).toEqual([1, 3]));
    await world.sell('hopeless', 4);
    await eventually(async () => expect(await world.journal('hopeless')).toEqual([1, 3, 4]));
    expect(await world.arrivalOf('hopeless', 2)).toMatchObject({ status: 'discarded' });
  });

  it('says nothing of what was rolled back, and leaves no gap', async () => {
    await world.sellAndRollBack('fickle', 1);
    await world.sell('fickle', 2);
    await eventually(async () => expect(await world.journal('fickle')).toEqual([2]));
    expect(await world.arrivalOf('fickle', 1)).toMatchObject({ status: 'done' });
  });
});

describe.each(['postgres', 'redis'] as const)('queues in %s that lose all that they hold', (queues) => {
  it('lose no event: whatever was not acknowledged is sent again', async () => {
    const world = await TillWorld.open(queues);
    try {
      await world.kernel.start(['till']);
      await world.sell('flushed', 1, 2, 3);
      // What takes long to arrive is sent more than once.
      await eventually(() => expect(world.wire.sent).toBeGreaterThanOrEqual(3));
      expect(await emptyQueues(world.kernel)).toBeGreaterThan(0);
      await world.kernel.start(['journal']);
      await eventually(async () => expect(await world.journal('flushed')).toEqual([1, 2, 3]));
      await eventually(async () => expect(await world.openDeliveries()).toBe(0));
    } finally {
      await world.kernel.stop();
    }
  });
});
