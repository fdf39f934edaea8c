import { Queue, Worker, type QueueOptions, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { newId, seconds } from '../values/index.ts';
import { checkRedis } from './check-redis.ts';
import { OPERATION_TIMEOUT_MS, workerOptions, type JobData, type QueueBackend } from './queue-backend.ts';

const RECONNECT_STEP_MS = 100;
const RECONNECT_CAP_MS = seconds(1);
const GENERATION_ID = 'gen';

/** Queues on Redis: one client for what is sent, one that all workers share, and one for each worker to block on. */
export function redisBackend(
  url: string,
  prefix: string,
  waitMs: number,
  onError: (error: Error) => void,
): QueueBackend {
  const common = {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (times: number) => Math.min(times * RECONNECT_STEP_MS, RECONNECT_CAP_MS),
  };
  // What cannot be sent now fails now: the outbox keeps it. A queue in memory would only delay the news.
  const sender = new Redis(url, { ...common, enableOfflineQueue: false, commandTimeout: OPERATION_TIMEOUT_MS });
  const receiver = new Redis(url, common);
  for (const client of [sender, receiver]) client.on('error', onError);
  // The version was checked at the start; a queue that is first used while Redis is away shall fail like any other.
  const queueOptions: QueueOptions = { connection: sender, prefix, skipVersionCheck: true, skipWaitingForReady: true };
  return {
    queue: (name) => new Queue<JobData>(name, queueOptions),
    worker: (name, handle) =>
      new Worker<JobData>(name, handle, { ...workerOptions, connection: receiver, prefix } satisfies WorkerOptions),
    check: async () => {
      await checkRedis(url, waitMs);
      await Promise.all([sender.connect(), receiver.connect()]);
    },
    generation: async () => {
      const key = `${prefix}:generation`;
      await sender.set(key, newId(GENERATION_ID), 'NX');
      const name = await sender.get(key);
      const run = /run_id:(\S+)/.exec(await sender.info('server'))?.[1];
      return `${name ?? ''} ${run ?? ''}`;
    },
    close: async () => {
      for (const client of [sender, receiver]) client.disconnect();
      await Promise.resolve();
    },
  };
}
