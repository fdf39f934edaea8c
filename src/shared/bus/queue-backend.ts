import type { Job, Queue, Worker } from 'bullmq';
import { seconds } from '../values/index.ts';
import type { Delivery } from './outbox.ts';

export type JobData =
  | { readonly deliveries: readonly Delivery[] }
  | { readonly subscriber: string; readonly eventIds: readonly string[] }
  | { readonly schedule: string };

export type QueueLike = Pick<
  Queue<JobData>,
  | 'add'
  | 'addBulk'
  | 'upsertJobScheduler'
  | 'getJobSchedulers'
  | 'removeJobScheduler'
  | 'waitUntilReady'
  | 'close'
  | 'on'
>;
export type WorkerLike = Pick<Worker<JobData>, 'close' | 'on' | 'waitUntilReady'>;

/** The two sides of BullMQ that are used, whichever store is behind them. */
export interface QueueBackend {
  queue(name: string): QueueLike;
  worker(name: string, handle: (job: Job<JobData>) => Promise<void>): WorkerLike;
  /** Waits for the store and sees that it will do. Throws StartFailure. */
  check(): Promise<void>;
  /** See Transport.generation. */
  generation(): Promise<string>;
  close(): Promise<void>;
}

/** How long one operation on a queue may take: after that it has failed, though it may have happened. */
export const OPERATION_TIMEOUT_MS = seconds(5);

/**
 * A worker that dies or stands still loses its jobs to the others after the lock and one check. A job is taken up
 * again so often because BullMQ would otherwise fail it for good after a crash or two: attempts are counted elsewhere.
 */
export const workerOptions = {
  concurrency: 8,
  lockDuration: seconds(5),
  stalledInterval: seconds(2),
  maxStalledCount: 1_000,
  runRetryDelay: seconds(1),
} as const;

/** A job is tried once: what fails is sent again by the outbox, in order, which BullMQ's own retries would not keep. */
export const jobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;
