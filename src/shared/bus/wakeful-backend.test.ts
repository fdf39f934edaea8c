import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { BUS, SteadyClient } from '../database/index.ts';
import { createTestDatabase, eventually, type TestDatabase } from '../testing/index.ts';
import { seconds } from '../values/index.ts';
import { migrateBus } from './migrate-bus.ts';
import { postgresBackend } from './postgres-backend.ts';
import { jobOptions, type QueueBackend, type QueueLike, type WorkerLike } from './queue-backend.ts';

const TEST_LIMIT_MS = seconds(60);
const NOTICED_WITHIN_MS = seconds(15);

let subscribed = 0;

/**
 * Breaks twice while it subscribes: before it has, and the next time in the very moment in which it has, when whoever
 * asked is not told of it any more.
 */
class BreakingClient extends SteadyClient {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const plain = this.query.bind(this) as (...given: unknown[]) => unknown;
    const broken = (...given: unknown[]): unknown => {
      if (typeof given[0] !== 'string' || !/^\s*listen\b/im.test(given[0])) return plain(...given);
      subscribed += 1;
      if (subscribed === 1) return Promise.reject(new Error('the connection broke'));
      const answer = plain(...given) as Promise<unknown>;
      return subscribed === 2 ? answer.finally(() => this.emit('error', new Error('the connection broke'))) : answer;
    };
    this.query = broken as typeof this.query;
  }
}

describe('a worker on Postgres whose connection breaks while it subscribes', () => {
  let database: TestDatabase;
  let backend: QueueBackend;
  let queue: QueueLike;
  let worker: WorkerLike;
  const done: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ modules: ['till'] });
    await migrateBus(database.layout, 0);
    backend = postgresBackend(database.layout.moduleUrl(BUS), () => undefined, BreakingClient);
    queue = backend.queue('till');
    worker = backend.worker('till', async ({ name }) => {
      done.push(name);
      await Promise.resolve();
    });
    worker.on('error', () => undefined);
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await worker.close();
    await queue.close();
    await backend.close();
    await database.drop();
  }, TEST_LIMIT_MS);

  it(
    'is at work again within seconds, and is told of jobs as before',
    async () => {
      await eventually(() => expect(subscribed).toBe(2), NOTICED_WITHIN_MS);
      await queue.add('after both', { subscriber: 'journal', eventIds: [] }, jobOptions);
      await eventually(() => expect(done).toEqual(['after both']), NOTICED_WITHIN_MS);
      await eventually(() => expect(subscribed).toBeGreaterThan(2), NOTICED_WITHIN_MS);
      await queue.add('as before', { subscriber: 'journal', eventIds: [] }, jobOptions);
      await eventually(() => expect(done).toEqual(['after both', 'as before']));
    },
    TEST_LIMIT_MS,
  );
});
