import type { Logger } from '../telemetry/index.ts';
import { seconds, within } from '../values/index.ts';
import type { Delivery } from './outbox.ts';
import { postgresBackend } from './postgres-backend.ts';
import { jobOptions, type QueueBackend, type QueueLike, type WorkerLike } from './queue-backend.ts';
import { redisBackend } from './redis-backend.ts';
import type { Handlers, Schedule, Transport } from './transport.ts';

const CLOSE_TIMEOUT_MS = seconds(10);
/** All relays of a process ask for the store's name; one answer does for all of them for so long. */
const GENERATION_KEPT_MS = 500;

/** From so many jobs on, one bulk is cheaper. */
const MIN_BULK = 8;

const DELIVER = 'deliver';
const ACKNOWLEDGE = 'acknowledge';
const FIRE = 'fire';

export interface TransportOptions {
  /** Absent: the queues are in Postgres. */
  readonly redisUrl: string | undefined;
  /** Of the bus's own role. */
  readonly postgresUrl: string;
  /** Before the names of all queues on Redis, so that several installations can share a server. */
  readonly prefix: string;
  /** How long a store that is not up yet is waited for. */
  readonly waitMs: number;
  readonly logger: Logger;
}

export function createTransport({ redisUrl, postgresUrl, prefix, waitMs, logger }: TransportOptions): Transport {
  const onError = (error: Error): void => logger.warn({ err: error }, 'a connection of the bus has trouble');
  const backend =
    redisUrl === undefined ? postgresBackend(postgresUrl, onError) : redisBackend(redisUrl, prefix, waitMs, onError);
  return new BullmqTransport(backend, logger);
}

/** BullMQ as the transport: a queue for each module that hears something or is heard. */
export class BullmqTransport implements Transport {
  readonly #backend: QueueBackend;
  readonly #logger: Logger;
  readonly #queues = new Map<string, QueueLike>();
  readonly #workers: WorkerLike[] = [];
  readonly #schedules = new Map<string, readonly Schedule[]>();
  #asked: { readonly atMs: number; readonly generation: Promise<string> } | undefined;
  #generation: string | undefined;

  constructor(backend: QueueBackend, logger: Logger) {
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
    try {
      if (jobs.length >= MIN_BULK) await queue.addBulk(jobs);
      else for (const { name, data, opts } of jobs) await queue.add(name, data, opts);
    } catch (error) {
      // Whether the queue refused it or is gone is asked next, and an answer of before says nothing about it.
      this.#asked = undefined;
      throw error;
    }
  }

  async acknowledge(source: string, subscriber: string, eventIds: readonly string[]): Promise<void> {
    await this.#queue(source).add(ACKNOWLEDGE, { subscriber, eventIds }, jobOptions);
  }

  async receive(module: string, handlers: Handlers): Promise<void> {
    const worker = this.#backend.worker(module, async ({ data }) => {
      if ('deliveries' in data) await handlers.deliver(data.deliveries);
      else if ('eventIds' in data) await handlers.acknowledge(data.subscriber, data.eventIds);
      else await handlers.fire(data.schedule);
    });
    worker.on('error', (error) => this.#logger.warn({ err: error, module }, 'the queue reported an error'));
    worker.on('failed', (_job, error) =>
      this.#logger.warn({ err: error, module }, 'a job failed; what it carried comes again'),
    );
    this.#workers.push(worker);
    await worker.waitUntilReady();
  }

  async schedule(module: string, schedules: readonly Schedule[]): Promise<void> {
    this.#schedules.set(module, schedules);
    await this.#upsertSchedules(module, schedules);
  }

  async generation(): Promise<string> {
    const nowMs = performance.now();
    if (this.#asked === undefined || nowMs - this.#asked.atMs > GENERATION_KEPT_MS) {
      this.#asked = { atMs: nowMs, generation: this.#askGeneration() };
    }
    return await this.#asked.generation;
  }

  async stopReceiving(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, Promise.all(this.#workers.map((worker) => worker.close())));
  }

  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, Promise.all([...this.#queues.values()].map((queue) => queue.close())));
    await within(CLOSE_TIMEOUT_MS, this.#backend.close());
  }

  /** Schedules live in the store alone: one that began anew has forgotten them. */
  async #askGeneration(): Promise<string> {
    const generation = await this.#backend.generation();
    if (this.#generation !== undefined && generation !== this.#generation) {
      for (const [module, schedules] of this.#schedules) await this.#upsertSchedules(module, schedules);
    }
    this.#generation = generation;
    return generation;
  }

  async #upsertSchedules(module: string, schedules: readonly Schedule[]): Promise<void> {
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

  #queue(module: string): QueueLike {
    let queue = this.#queues.get(module);
    if (queue === undefined) {
      queue = this.#backend.queue(module);
      queue.on('error', (error) => this.#logger.warn({ err: error, module }, 'the queue reported an error'));
      this.#queues.set(module, queue);
      this.#forgetUnlessReady(module, queue);
    }
    return queue;
  }

  /** BullMQ remembers for ever that a queue's first look at its store has failed: the next use gets a new one. */
  #forgetUnlessReady(module: string, queue: QueueLike): void {
    queue
      .waitUntilReady()
      .catch(async (error: unknown) => {
        this.#logger.warn({ err: error, module }, 'a queue was out of reach when it was first used');
        this.#queues.delete(module);
        await queue.close();
      })
      .catch((error: unknown) => this.#logger.warn({ err: error, module }, 'a queue could not be closed'));
  }
}
