import { PostgresConnection, PostgresQueueBackend, type BackendFactory, type PostgresConnectionOptions } from 'bullmq';

/** How long a worker waits for word of a job, at most, before it looks for itself. */
const MAX_SILENCE_SECONDS = 5;

/**
 * BullMQ's backend on Postgres, whose workers are told of jobs. One whose connection breaks while it subscribes stays
 * deaf without knowing it, and after a failure it would wait an hour before it looks for itself.
 *
 * States of a worker's wait: told of a job, or silence is over (it looks for itself and subscribes anew), or ended for
 * good by its worker.
 */
export class WakefulBackend extends PostgresQueueBackend {
  #ended = false;

  /** In seconds. */
  override get maximumBlockTimeout(): number {
    return MAX_SILENCE_SECONDS;
  }

  override async waitForJob(blockTimeout: number): ReturnType<PostgresQueueBackend['waitForJob']> {
    const told = await super.waitForJob(blockTimeout);
    if (told === null && !this.#ended) await super.reconnectBlocking();
    return told;
  }

  override async disconnectBlocking(wait?: boolean): Promise<void> {
    this.#ended = true;
    await super.disconnectBlocking(wait);
  }

  override async reconnectBlocking(): Promise<void> {
    this.#ended = false;
    await super.reconnectBlocking();
  }
}

/** As BullMQ makes its own: a worker's connection has the name of its queue, by which an administrator knows it. */
export const createWakefulBackend: BackendFactory<WakefulBackend, PostgresConnectionOptions> = (name, opts, kind) =>
  new WakefulBackend(
    new PostgresConnection(opts.connection),
    name,
    opts,
    true,
    kind?.withBlockingConnection === true ? name : undefined,
  );
