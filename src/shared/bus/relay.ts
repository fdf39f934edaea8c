import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { hours, seconds } from '../values/index.ts';
import { busCrashPoint } from './crash-points.ts';
import type { BusCounters } from './bus-counters.ts';
import { inJobs } from './in-jobs.ts';
import { busContext, type DueDelivery, type Outbox } from './outbox.ts';
import type { Transport } from './transport.ts';

/** Deliveries taken by one claim, or sent on from memory at a time. */
const BATCH_LIMIT = 500;
/** What is published while so many wait in memory is left to the claims: it falls due like anything not acknowledged. */
const IN_HAND_LIMIT = 2_000;
/** How often what is due is claimed. What was just published does not wait for it: it is in hand. */
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
 * Moves one module's open deliveries to the queues of those who hear them: what this process has just published straight
 * from memory, and whatever else is due (published elsewhere, lost on the way, opened again) by claims.
 *
 * States: idle (waits for something to send or for the poll) → draining (until nothing is in hand or due) → idle;
 * stopped. Any number of processes may relay the same outbox: a claim skips what another one holds.
 */
export class Relay {
  readonly #options: RelayOptions;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  readonly #inHand: DueDelivery[] = [];
  #stopped = false;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #generation: string | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  start(): void {
    this.#wake();
  }

  /** Deliveries that were stored in hand of this process, now that they have committed. Cheap, at any time. */
  send(deliveries: readonly DueDelivery[]): void {
    if (this.#stopped || deliveries.length === 0) return;
    const room = Math.max(0, IN_HAND_LIMIT - this.#inHand.length);
    this.#inHand.push(...deliveries.slice(0, room));
    this.#wake();
  }

  /** What is still in hand is sent; if it cannot be, it falls due for whoever comes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#draining;
  }

  #wake(): void {
    if (this.#stopped || this.#draining !== undefined) return;
    clearTimeout(this.#timer);
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.#stopped) return;
      if (this.#inHand.length > 0) this.#wake();
      else this.#timer = setTimeout(() => this.#wake(), Math.max(1, this.#polledAtMs + POLL_MS - performance.now()));
    });
  }

  async #drain(): Promise<void> {
    try {
      let isMoreDue = false;
      do {
        isMoreDue = performance.now() >= this.#polledAtMs + POLL_MS && (await this.#poll());
        await this.#sendAll(this.#inHand.splice(0, BATCH_LIMIT));
      } while (this.#inHand.length > 0 || (isMoreDue && !this.#stopped));
    } catch (error) {
      await this.#putBack();
      if (this.#stopped) return;
      this.#options.logger.warn({ err: error }, 'the relay will try again');
      await pause(ERROR_PAUSE_MS);
    }
  }

  /** True: more may be due than one claim takes. */
  async #poll(): Promise<boolean> {
    const { outbox, database } = this.#options;
    await this.#noticeLoss();
    const due = await outbox.claimDue(database.single(busContext()), BATCH_LIMIT);
    await this.#sendAll(due);
    if (due.length === BATCH_LIMIT) return true;
    this.#polledAtMs = performance.now();
    return false;
  }

  /** A store that began anew has forgotten what it was given: all that is open is sent again at once. */
  async #noticeLoss(): Promise<void> {
    const { outbox, database, transport, logger } = this.#options;
    const generation = await transport.generation();
    if (generation === this.#generation) return;
    if (await outbox.noteGeneration(database.single(busContext()), generation)) {
      const open = await outbox.expedite(database.single(busContext()));
      if (open > 0) logger.warn({ open }, 'the queues began anew: what is open is sent again');
    }
    this.#generation = generation;
  }

  async #sendAll(due: readonly DueDelivery[]): Promise<void> {
    if (due.length === 0) return;
    busCrashPoint('bus/relay/claimed');
    const groups = bySubscriber(due);
    for (const [index, [subscriber, deliveries]] of groups.entries()) {
      try {
        await this.#send(subscriber, deliveries);
      } catch (error) {
        for (const [other, unsent] of groups.slice(index + 1)) await this.#release(other, unsent);
        throw error;
      }
    }
    busCrashPoint('bus/relay/sent');
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

  /** Nothing can be sent now. What is in hand is left to the claims of whoever comes to it first. */
  async #putBack(): Promise<void> {
    try {
      for (const [subscriber, unsent] of bySubscriber(this.#inHand.splice(0))) await this.#release(subscriber, unsent);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'what is in hand falls due by itself');
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

function bySubscriber(deliveries: readonly DueDelivery[]): [string, DueDelivery[]][] {
  const groups = new Map<string, DueDelivery[]>();
  for (const delivery of deliveries) {
    const group = groups.get(delivery.subscriber);
    if (group === undefined) groups.set(delivery.subscriber, [delivery]);
    else group.push(delivery);
  }
  return [...groups];
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
