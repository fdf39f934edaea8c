import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/index.ts';
import { deliveryOf, eventually } from '../testing/index.ts';
import { BullmqTransport } from './bullmq-transport.ts';
import type { QueueBackend, QueueLike } from './queue-backend.ts';
import { registerSubscriptions } from './subscriptions.ts';
import { Till, TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
/** Calls on a wire that is down: enough to show that they go on in vain. */
const IN_VAIN = 3;

describe('queues that are out of reach', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  it('take nothing, and count it against none of those who hear of a sale', async () => {
    const hears = { type: Till.events.sold.type, from: 'now' } as const;
    const subscriptions = ['journal', 'till'].map((subscriber) => ({ ...hears, subscriber }));
    await registerSubscriptions(world.kernel.module('till').database, subscriptions, createLogger('silent'));
    await world.sell('before', 1);
    await eventually(async () => expect(await world.openDeliveries()).toBe(0));
    world.wire.down = true;
    await world.sell('unplugged', 1);
    await eventually(() => expect(world.wire.unanswered).toBeGreaterThanOrEqual(IN_VAIN));
    // What was claimed in vain is given back a moment later.
    await eventually(async () => {
      const open = await world.kernel.rows(
        'till',
        `select attempts, send_failures as failures from deliveries where subject = 'unplugged'`,
      );
      expect(open).toEqual(Array(2).fill({ attempts: 0, failures: 0 }));
    });
    world.wire.down = false;
    await eventually(async () => expect(await world.journal('unplugged')).toEqual([1]));
  });
});

describe('a queue that has just gone', () => {
  it('is known to be gone as soon as something could not be sent', async () => {
    const backend = new GoneBackend();
    const transport = new BullmqTransport(backend, createLogger('silent'));
    expect(await transport.generation()).toBe('first');
    backend.gone = true;
    await expect(transport.send('journal', [[deliveryOf('north', 1)]])).rejects.toThrow('gone');
    await expect(transport.generation()).rejects.toThrow('gone');
  });
});

class GoneBackend implements QueueBackend {
  gone = false;

  queue(): QueueLike {
    const waitUntilReady = (): Promise<void> => Promise.resolve();
    return { on: () => undefined, add: () => this.generation(), waitUntilReady } as unknown as QueueLike;
  }

  worker(): never {
    throw new Error('nothing is received here');
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  generation(): Promise<string> {
    return this.gone ? Promise.reject(new Error('gone')) : Promise.resolve('first');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
