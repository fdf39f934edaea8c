import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/index.ts';
import { BullmqTransport } from './bullmq-transport.ts';
import type { QueueBackend, QueueLike } from './queue-backend.ts';

const notInThisTest = (): never => {
  throw new Error('not in this test');
};

/** A store that is out of reach for the first queues that are made. As in BullMQ, such a queue stays of no use. */
function lateStore(unreachable: number) {
  const sent: string[] = [];
  let made = 0;
  let closed = 0;
  const backend: QueueBackend = {
    queue: () => {
      made += 1;
      const ready = made > unreachable ? Promise.resolve() : Promise.reject(new Error('the store is out of reach'));
      return {
        waitUntilReady: () => ready,
        add: async (name: string) => {
          await ready;
          sent.push(name);
        },
        close: async () => {
          closed += 1;
          await Promise.resolve();
        },
        on: () => undefined,
      } as unknown as QueueLike;
    },
    worker: notInThisTest,
    check: notInThisTest,
    generation: notInThisTest,
    close: () => Promise.resolve(),
  };
  return { backend, sent, made: () => made, closed: () => closed };
}

describe('a queue that was out of reach when it was first used', () => {
  it('is used again as soon as its store is back', async () => {
    const { backend, sent, closed } = lateStore(1);
    const transport = new BullmqTransport(backend, createLogger('silent'));
    await expect(transport.acknowledge('till', 'journal', ['evt_1'])).rejects.toThrow('out of reach');
    await transport.acknowledge('till', 'journal', ['evt_1']);
    expect(sent).toEqual(['acknowledge']);
    expect(closed()).toBe(1);
  });

  it('is made once when it is in reach', async () => {
    const { backend, sent, made } = lateStore(0);
    const transport = new BullmqTransport(backend, createLogger('silent'));
    for (let count = 0; count < 3; count += 1) await transport.acknowledge('till', 'journal', ['evt_1']);
    expect([sent.length, made()]).toEqual([3, 1]);
  });
});
