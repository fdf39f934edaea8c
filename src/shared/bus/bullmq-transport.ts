import {
  createPostgresBackend,
  Queue,
  withBackend,
  Worker,
  type Job,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Logger } from '../telemetry/index.ts';
import { seconds, within } from '../values/index.ts';
import { checkRedis } from './check-redis.ts';
import type { Delivery } from './outbox.ts';
import type { Handlers, Schedule, Transport } from './transport.ts';

const LOCK_MS = seconds(30);
const STALLED_CHECK_MS = seconds(5);
/** A job that was under way when its process died is taken up again this often; the outbox would re-send it anyway. */
const MAX_STALLED = 1_000;
const CONCURRENCY = 8;
/** The bus's own connections to Postgres: each worker keeps one to listen on. */
const POOL_SIZE = 20;
const CLOSE_TIMEOUT_MS = seconds(10);

/** From so many jobs on, one bulk is cheaper. */
const MIN_BULK = 8;

const DELIVER = 'deliver';
const FIRE = 'fire';

type JobData = { deliveries: readonly Delivery[] } | { schedule: string };

/** The two sides of BullMQ that are used, whichever store is behind them. */
interface Backend {
  queue(name: string): QueueLike;
  worker(name: string, handle: (job: Job<JobData>) => Promise<void>): WorkerLike;
  check(): Promise<void>;
  close(): Promise<void>;
}
type QueueLike = Pick<
  Queue<JobData>,
  | 'add'
  | 'addBulk'
  | 'upsertJobScheduler'
  | 'getJobSchedulers'
  | 'removeJobScheduler'
  | 'close'
  | 'on'
  | 'waitUntilReady'
>;
type WorkerLike = Pick<Worker<JobData>, 'close' | 'on' | 'waitUntilReady'>;

const workerOptions = {
  concurrency: CONCURRENCY,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_CHECK_MS,
  maxStalledCount: MAX_STALLED,
} as const;

/** A job is tried once: what fails is sent again by the outbox, in order, which BullMQ's own retries would not keep. */
const jobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** Queues on Redis: one client for all queues, one for each worker, which blocks on it. */
export function redisBackend(url: string, prefix: string, waitMs: number, onError: (error: Error) => void): Backend {
  const client = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  client.on('error', onError);
  const queueOptions: QueueOptions = { connection: client, prefix };
  return {
    queue: (name) => new Queue<JobData>(name, queueOptions),
    worker: (name, handle) =>
      new Worker<JobData>(name, handle, { ...workerOptions, connection: client, prefix } satisfies WorkerOptions),
    check: async () => {
      await checkRedis(url, waitMs);
      await client.connect();
    },
    close: async () => {
      await client.quit();
    },
  };
}

/** Queues in Postgres, in the schema `bullmq`, as the bus's own role: one pool for all queues and workers. */
export function postgresBackend(url: string, onError: (error: Error) => void): Backend {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, application_name: 'banyan-bus' });
  pool.on('error', onError);
  // Every queue and every worker listens to the pool for errors; that many listeners are meant.
  pool.setMaxListeners(0);
  const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend);
  // A pool is what BullMQ asks for; its declared type wants an index signature that the driver's types lack.
  const connection = pool as unknown as ConstructorParameters<typeof PostgresQueue>[1]['connection'];
  return {
    queue: (name) => new PostgresQueue<JobData>(name, { connection }) as unknown as QueueLike,
    worker: (name, handle) =>
      new PostgresWorker<JobData>(name, handle as never, { ...workerOptions, connection }) as unknown as WorkerLike,
    check: () => Promise.resolve(),
    close: async () => {
      await pool.end();
    },
  };
}

/** BullMQ as the transport: a queue for each module that hears something. */
export class BullmqTransport implements Transport {
  readonly #backend: Backend;
  readonly #logger: Logger;
  readonly #queues = new Map<string, QueueLike>();
  readonly #workers: WorkerLike[] = [];

  constructor(backend: Backend, logger: Logger) {
    this.#backend = backend;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    await this.#backend.check();
  }

  async send(subscriber: string, batches: readonly (readonly Delivery[])[]): Promise<void> {
    const queue = this.#queue(subscriber);
    const jobs = batches.map((deliveries) => ({ name: DELIVER, data: { deliveries }, opts: jobOptions }));
    // On Postgres a bulk makes temporary tables, which costs as much as many single jobs.
    if (jobs.length >= MIN_BULK) await queue.addBulk(jobs);
    else for (const { name, data, opts } of jobs) await queue.add(name, data, opts);
  }

  async receive(module: string, handlers: Handlers): Promise<void> {
    const worker = this.#backend.worker(module, async (job) => {
      if ('deliveries' in job.data) await handlers.deliver(job.data.deliveries);
      else await handlers.fire(job.data.schedule);
    });
    worker.on('error', (error) => this.#logger.warn({ err: error, module }, 'the queue reported an error'));
    worker.on('failed', (_job, error) =>
      this.#logger.warn({ err: error, module }, 'a job failed; its events are sent again'),
    );
    this.#workers.push(worker);
    await worker.waitUntilReady();
  }

  async schedule(module: string, schedules: readonly Schedule[]): Promise<void> {
    const queue = this.#queue(module);
    for (const { name, everyMs } of schedules) {
      await queue.upsertJobScheduler(
        name,
        { every: everyMs },
        { name: FIRE, data: { schedule: name }, opts: jobOptions },
      );
    }
    // A schedule that the code no longer knows would fire for ever.
    for (const known of await queue.getJobSchedulers()) {
      if (!schedules.some(({ name }) => name === known.key)) await queue.removeJobScheduler(known.key);
    }
  }

  async stopReceiving(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, Promise.all(this.#workers.map((worker) => worker.close())));
  }

  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, Promise.all([...this.#queues.values()].map((queue) => queue.close())));
    await within(CLOSE_TIMEOUT_MS, this.#backend.close());
  }

  #queue(module: string): QueueLike {
    let queue = this.#queues.get(module);
    if (queue === undefined) {
      queue = this.#backend.queue(module);
      queue.on('error', (error) => this.#logger.warn({ err: error, module }, 'the queue reported an error'));
      this.#queues.set(module, queue);
    }
    return queue;
  }
}
