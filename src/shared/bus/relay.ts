import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { seconds } from '../values/index.ts';
import { busContext, type DueDelivery, type Outbox } from './outbox.ts';
import type { Transport } from './transport.ts';

/** Deliveries taken by one claim. */
const CLAIM_LIMIT = 500;
/** Events that one job carries, at most. */
const EVENTS_PER_JOB = 50;
/** The safety net behind the wake-up at commit: how long something can lie unnoticed. */
const POLL_MS = seconds(1);
const ERROR_PAUSE_MS = seconds(1);

/**
 * Moves one module's open deliveries to the queues of those who hear them.
 *
 * States: idle (waits for a wake-up or the poll) → draining (claims and sends until nothing is due) → idle; stopped.
 * Any number of processes may relay the same outbox: a claim skips what another one holds.
 */
export class Relay {
  readonly #outbox: Outbox;
  readonly #database: ModuleDatabase;
  readonly #transport: Transport;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #wanted = false;
  #stopped = false;

  constructor(outbox: Outbox, database: ModuleDatabase, transport: Transport, logger: Logger) {
    this.#outbox = outbox;
    this.#database = database;
    this.#transport = transport;
    this.#logger = logger;
  }

  start(): void {
    this.wake();
  }

  /** Something may be due. Cheap, and safe to call at any time. */
  wake(): void {
    this.#wanted = true;
    if (this.#stopped || this.#draining !== undefined) return;
    clearTimeout(this.#timer);
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.#stopped) return;
      if (this.#wanted) this.wake();
      else this.#timer = setTimeout(() => this.wake(), POLL_MS);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      let claimed: number;
      do {
        this.#wanted = false;
        claimed = await this.#moveBatch();
      } while (claimed === CLAIM_LIMIT && !this.#stopped);
    } catch (error) {
      if (this.#stopped) return;
      this.#logger.warn({ err: error, module: this.#database.module }, 'the relay will try again');
      this.#wanted = false;
      await new Promise((resolve) => setTimeout(resolve, ERROR_PAUSE_MS));
    }
  }

  async #moveBatch(): Promise<number> {
    const due = await this.#database.transaction(busContext(), (work) => this.#outbox.claimDue(work, CLAIM_LIMIT));
    const bySubscriber = new Map<string, DueDelivery[]>();
    for (const delivery of due) {
      const list = bySubscriber.get(delivery.subscriber);
      if (list === undefined) bySubscriber.set(delivery.subscriber, [delivery]);
      else list.push(delivery);
    }
    for (const [subscriber, deliveries] of bySubscriber) {
      await this.#transport.send(subscriber, inJobs(deliveries));
    }
    return due.length;
  }
}

function inJobs(deliveries: readonly DueDelivery[]): DueDelivery[][] {
  const jobs: DueDelivery[][] = [];
  for (let start = 0; start < deliveries.length; start += EVENTS_PER_JOB) {
    jobs.push(deliveries.slice(start, start + EVENTS_PER_JOB));
  }
  return jobs;
}
