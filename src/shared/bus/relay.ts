import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { hours, seconds } from '../values/index.ts';
import { busCrashPoint } from './crash-points.ts';
import type { BusCounters } from './bus-counters.ts';
import { inJobs } from './in-jobs.ts';
import { busContext, type DueDelivery, type Outbox } from './outbox.ts';
import type { Transport } from './transport.ts';

/** Deliveries taken by one claim. */
const CLAIM_LIMIT = 500;
/** The safety net behind the wake-up at commit: how long something can lie unnoticed. */
const POLL_MS = seconds(1);
const ERROR_PAUSE_MS = seconds(1);
/** A module that this process does not know may be one that a newer version has: its own relay will know. */
const UNKNOWN_MODULE = { minAgeMs: hours(1), pauseMs: seconds(10) } as const;

export interface RelayOptions {
  readonly outbox: Outbox;
  readonly database: ModuleDatabase;
  readonly transport: Transport;
  /** Every module that this version has. */
  readonly modules: readonly string[];
  readonly counters: BusCounters;
  readonly logger: Logger;
}

/**
 * Moves one module's open deliveries to the queues of those who hear them.
 *
 * States: idle (waits for a wake-up or the poll) → draining (claims and sends until nothing is due) → idle; stopped.
 * Any number of processes may relay the same outbox: a claim skips what another one holds.
 */
export class Relay {
  readonly #options: RelayOptions;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #wanted = false;
  #stopped = false;
  #checkedAtMs = 0;
  #generation: string | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
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
      await this.#noticeLoss();
      let claimed: number;
      do {
        this.#wanted = false;
        claimed = await this.#moveBatch();
      } while (claimed === CLAIM_LIMIT && !this.#stopped);
    } catch (error) {
      if (this.#stopped) return;
      this.#options.logger.warn({ err: error }, 'the relay will try again');
      this.#wanted = false;
      await pause(ERROR_PAUSE_MS);
    }
  }

  /** A store that began anew has forgotten what it was given: all that is open is sent again at once. */
  async #noticeLoss(): Promise<void> {
    if (performance.now() - this.#checkedAtMs < POLL_MS) return;
    const { outbox, database, transport, logger } = this.#options;
    const generation = await transport.generation();
    this.#checkedAtMs = performance.now();
    if (generation === this.#generation) return;
    if (await outbox.noteGeneration(database.single(busContext()), generation)) {
      const open = await outbox.expedite(database.single(busContext()));
      if (open > 0) logger.warn({ open }, 'the queues began anew: what is open is sent again');
    }
    this.#generation = generation;
  }

  async #moveBatch(): Promise<number> {
    const { outbox, database } = this.#options;
    const due = await outbox.claimDue(database.single(busContext()), CLAIM_LIMIT);
    if (due.length > 0) busCrashPoint('bus/relay/claimed');
    const bySubscriber = new Map<string, DueDelivery[]>();
    for (const delivery of due) {
      const list = bySubscriber.get(delivery.subscriber);
      if (list === undefined) bySubscriber.set(delivery.subscriber, [delivery]);
      else list.push(delivery);
    }
    const groups = [...bySubscriber];
    for (const [index, [subscriber, deliveries]] of groups.entries()) {
      try {
        await this.#send(subscriber, deliveries);
      } catch (error) {
        for (const [other, unsent] of groups.slice(index + 1)) await this.#release(other, unsent);
        throw error;
      }
    }
    if (due.length > 0) busCrashPoint('bus/relay/sent');
    return due.length;
  }

  async #send(subscriber: string, deliveries: readonly DueDelivery[]): Promise<void> {
    const { transport, modules, counters, logger } = this.#options;
    if (!modules.includes(subscriber)) {
      const error = new Error(`there is no module ${subscriber}`);
      for (const delivery of deliveries) await this.#refuse(delivery, error, UNKNOWN_MODULE);
      return;
    }
    try {
      await transport.send(subscriber, inJobs(deliveries));
      counters.sent(deliveries.length, deliveries.filter(({ attempts }) => attempts > 1).length);
    } catch (error) {
      logger.warn({ err: error, subscriber }, 'a batch could not be sent');
      await this.#sendEach(subscriber, deliveries);
    }
  }

  /** Tells the delivery that no queue takes from queues that are out of reach. */
  async #sendEach(subscriber: string, deliveries: readonly DueDelivery[]): Promise<void> {
    const { transport, counters } = this.#options;
    for (const [index, delivery] of deliveries.entries()) {
      try {
        await transport.send(subscriber, [[delivery]]);
        counters.sent(1, delivery.attempts > 1 ? 1 : 0);
      } catch (error) {
        if (await isReachable(transport)) await this.#refuse(delivery, asError(error));
        else {
          await this.#release(subscriber, deliveries.slice(index));
          throw error;
        }
      }
    }
  }

  /** The queues are out of reach, which is no fault of what was claimed for them. */
  async #release(subscriber: string, deliveries: readonly DueDelivery[]): Promise<void> {
    const { outbox, database } = this.#options;
    const ids = deliveries.map(({ envelope }) => envelope.id);
    await outbox.release(database.single(busContext()), subscriber, ids);
  }

  async #refuse(
    delivery: DueDelivery,
    error: Error,
    patience: { minAgeMs?: number; pauseMs?: number } = {},
  ): Promise<void> {
    const { outbox, database, logger } = this.#options;
    const { id: eventId, type } = delivery.envelope;
    const work = database.single(busContext());
    const setAside = await outbox.refuse(work, delivery, error, patience);
    const fields = { err: error, eventId, type, subscriber: delivery.subscriber };
    if (setAside) logger.error(fields, 'a delivery cannot be sent and waits for an operator');
    else logger.warn(fields, 'a delivery was refused by its queue');
  }
}

async function isReachable(transport: Transport): Promise<boolean> {
  return await transport.generation().then(
    () => true,
    () => false,
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
