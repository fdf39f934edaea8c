import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { guest } from '../auth/index.ts';
import { SystemFailure } from '../errors/index.ts';
import { Counter, CounterWorld, seen, soldOut } from './test/counter.ts';

const WORLD_LIMIT_MS = 60_000;

describe('the way into a module', () => {
  let world: CounterWorld;
  beforeAll(async () => {
    world = await CounterWorld.open();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  it('does a command once for a key and repeats the answer', async () => {
    const first = await world.sell('tea', 1, 'k1');
    expect(await world.sell('tea', 1, 'k1')).toEqual(first);
    expect(await world.salesOf('tea')).toBe(1);
  });

  it('does it each time where no key is given, and for each key', async () => {
    await world.sell('milk', 1);
    await world.sell('milk', 1);
    await world.sell('milk', 1, 'k2');
    await world.sell('milk', 1, 'k3');
    expect(await world.salesOf('milk')).toBe(4);
  });

  it('does it once for a key, also when many ask at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.sell('salt', 2, 'k4')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await world.salesOf('salt')).toBe(1);
  });

  it('refuses a key that came with another request', async () => {
    await world.sell('rice', 1, 'k5');
    await expect(world.sell('rice', 2, 'k5')).rejects.toMatchObject({ code: 'idempotency.key_reused', status: 422 });
    expect(await world.salesOf('rice')).toBe(1);
  });

  it('keeps one caller’s keys apart from another’s', async () => {
    const input = { sku: 'jam', quantity: 1 };
    await world.ask(Counter.operations.sell, input, { idempotencyKey: 'k6' });
    await world.ask(Counter.operations.sell, input, { idempotencyKey: 'k6', principal: guest });
    await world.ask(Counter.operations.sell, input, { idempotencyKey: 'k6', caller: 'schedule' });
    expect(await world.salesOf('jam')).toBe(3);
  });

  it('keeps a refusal too: the same key gets it again, and it has left nothing', async () => {
    soldOut.add('figs');
    await expect(world.sell('figs', 1, 'k7')).rejects.toMatchObject({ code: 'counter.sold_out' });
    soldOut.delete('figs');
    await expect(world.sell('figs', 1, 'k7')).rejects.toMatchObject({
      code: 'counter.sold_out',
      details: { sku: 'figs' },
    });
    expect(await world.salesOf('figs')).toBe(0);
    await world.sell('figs', 1, 'k8');
    expect(await world.salesOf('figs')).toBe(1);
  });

  it('lets nobody in who does not know the module', async () => {
    const asked = world.ask(Counter.operations.sell, { sku: 'nuts', quantity: 1 }, { caller: 'stranger' });
    await expect(asked).rejects.toThrow('stranger does not know counter');
    expect(await world.salesOf('nuts')).toBe(0);
  });

  it('does nothing for whom nobody waits any more', async () => {
    const asked = world.ask(Counter.operations.sell, { sku: 'oats', quantity: 1 }, { deadlineMs: Date.now() - 1 });
    await expect(asked).rejects.toBeInstanceOf(SystemFailure);
    await expect(asked).rejects.toMatchObject({ mayHaveHappened: false });
    expect(await world.salesOf('oats')).toBe(0);
  });

  it('points to each fault of an input and does nothing', async () => {
    await expect(world.ask(Counter.operations.sell, { sku: 1, quantity: 0, colour: 'red' })).rejects.toMatchObject({
      code: 'request.invalid',
      faults: expect.arrayContaining([
        expect.objectContaining({ pointer: '/sku' }),
        expect.objectContaining({ pointer: '/quantity' }),
        expect.objectContaining({ pointer: '/colour', code: 'unknown_field' }),
      ]),
    });
  });

  it('never changes what the caller passed, nor lets the caller change what it gave', async () => {
    const input = { sku: 'kale', quantity: 1, tags: ['fresh'] };
    const output = (await world.ask(Counter.operations.sell, input)) as { tags: string[] };
    expect(input).toEqual({ sku: 'kale', quantity: 1, tags: ['fresh'] });
    expect(output.tags).toEqual(['fresh', 'changed by the use case']);
    expect(seen.input).not.toBe(input);
    expect(seen.output).not.toBe(output);
    expect(seen.output?.tags).not.toBe(output.tags);
  });

  it('answers nothing that its contract does not promise', async () => {
    await expect(world.ask(Counter.operations.boast, {})).rejects.toThrow('what its contract does not promise');
  });
});
