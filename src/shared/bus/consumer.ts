import { isConnectionFailure, type ModuleDatabase } from '../database/index.ts';
import { guarded, type Logger } from '../telemetry/index.ts';
import { backoffMs, minutes } from '../values/index.ts';
import { sortByArrival } from './arrivals.ts';
import { busCrashPoint } from './crash-points.ts';
import type { BusCounters } from './bus-counters.ts';
import { contextOf, HandlerFailure, Hearings, type Hearing } from './hearings.ts';
import { Inbox, describe, type Kept } from './inbox.ts';
import { busContext, type Acknowledge, type Delivery } from './outbox.ts';
import { Redrive } from './redrive.ts';
import { StreamBatches } from './stream-batches.ts';
import { sortIntoStreams, streamsOf } from './stream-order.ts';

/** After so many failures an event is a dead letter. Its own stream waits for an operator, no other does. */
export const MAX_ATTEMPTS = 8;
const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = minutes(1);
/** Parked successors handled in one transaction. */
const WAITING_LIMIT = 50;
/** Rounds of successors in a row before the queue gets its turn again; the redrive takes the rest. */
const MAX_WAITING_ROUNDS = 100;

export interface ConsumerOptions {
  readonly database: ModuleDatabase;
  /** By the type of event. */
  readonly hears: ReadonlyMap<string, Hearing>;
  readonly acknowledge: Acknowledge;
  readonly counters: BusCounters;
  readonly logger: Logger;
  /** Events handled in one transaction, at most. 1 where a handler's effect is outside and cannot be rolled back. */
  readonly batchLimit?: number | undefined;
}

/**
 * A module's end of the bus. A batch of events is handled in one transaction with its inbox rows, each stream in its
 * order. When one of them fails, the others are handled again without it, each by itself.
 *
 * States of an event here: claimed (an attempt has begun) → done; parked (its predecessor is missing) → done; retrying
 * (its handler failed) → done, or dead after MAX_ATTEMPTS. An event is acknowledged as soon as the inbox holds it in
 * any state but claimed. An attempt is counted before it begins, so that one that kills the process counts as well.
 *
 * What only a newer version of the module knows (a newer event, or one that it hears of late) is kept as retrying, without
 * an attempt: it waits in its stream for a process that knows it, is never lost and never guessed at.
 */
export class Consumer {
  readonly #database: ModuleDatabase;
  readonly #inbox = new Inbox();
  readonly #options: ConsumerOptions;
  readonly #hearings: Hearings;
  readonly #redrive: Redrive;
  readonly #batches: StreamBatches;
  readonly #waitingLimit: number;
  /** What this process is at. A copy that comes meanwhile would have an attempt counted that nobody makes. */
  readonly #underWay = new Set<string>();
  /** What had waited and is being gone on with: the redrive, which finds it waiting still, leaves it alone. */
  readonly #goingOn = new Set<string>();

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#database = options.database;
    this.#hearings = new Hearings(options.hears);
    this.#batches = new StreamBatches((batch) => this.#take(batch), options.batchLimit);
    this.#waitingLimit = Math.min(WAITING_LIMIT, options.batchLimit ?? WAITING_LIMIT);
    this.#redrive = new Redrive({
      database: options.database,
      inbox: this.#inbox,
      versions: this.#hearings.versions,
      logger: options.logger,
      retry: (kept) => this.#retry(kept),
      goOn: (waiting) => this.#goOnWithin(waiting),
    });
  }

  /** Begins to look for retries that are due and for parked events that were left behind. */
  start(): void {
    this.#redrive.start();
  }

  async stop(): Promise<void> {
    await this.#redrive.stop();
  }

  /** Takes a batch from the queue. When it returns, the inbox holds every one of them, or another worker is at it. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    busCrashPoint('bus/consumer/received');
    this.#options.counters.received(deliveries.length);
    const idle = deliveries.filter(({ envelope }) => !this.#underWay.has(envelope.id) || !guarded('inbox check'));
    const unique = new Map(idle.map((delivery) => [delivery.envelope.id, delivery]));
    this.#options.counters.duplicates(deliveries.length - unique.size);
    for (const id of unique.keys()) this.#underWay.add(id);
    try {
      await this.#batches.add([...unique.values()]);
    } finally {
      for (const id of unique.keys()) this.#underWay.delete(id);
    }
  }

  async #take(batch: readonly Delivery[]): Promise<void> {
    const received = await this.#inbox.receive(this.#database.single(busContext()), batch);
    const { fresh, begun, held } = sortByArrival(batch, received);
    busCrashPoint('bus/consumer/claimed');
    this.#options.counters.duplicates(batch.length - fresh.length);
    const kept: Delivery[] = [...held];
    try {
      if (fresh.length > 0) await this.#carryThrough(fresh);
      kept.push(...fresh);
      let failure: unknown;
      for (const delivery of begun) {
        try {
          if (await this.#repeat(delivery)) kept.push(delivery);
        } catch (error) {
          if (isConnectionFailure(error)) throw error;
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure as Error;
    } finally {
      await this.#acknowledge(kept);
    }
  }

  async #acknowledge(kept: readonly Delivery[]): Promise<void> {
    const bySource = new Map<string, string[]>();
    for (const { envelope } of kept) {
      const ids = bySource.get(envelope.source);
      if (ids === undefined) bySource.set(envelope.source, [envelope.id]);
      else ids.push(envelope.id);
    }
    for (const [source, ids] of bySource) await this.#options.acknowledge(source, this.#database.module, ids);
  }

  /** An event whose last attempt ended with its process. Alone, since it may be what killed it. False: not ours. */
  async #repeat(delivery: Delivery): Promise<boolean> {
    const attempts = await this.#inbox.claimAgain(this.#database.single(busContext()), delivery.envelope.id);
    if (attempts === undefined) return false;
    await this.#retry({ ...delivery, attempts });
    return true;
  }

  /** One event for which an attempt was just counted. */
  async #retry(kept: Kept): Promise<void> {
    if (kept.attempts > MAX_ATTEMPTS) {
      const error = new Error(`the process ended while it handled this event, in the last of ${MAX_ATTEMPTS} attempts`);
      error.name = 'ProcessDied';
      // What was counted just now is not made.
      await this.#giveBack([kept]);
      await this.#bury(kept, error);
    } else await this.#carryThrough([kept], kept.attempts);
  }

  async #carryThrough(batch: readonly Delivery[], attempts = 1): Promise<void> {
    await this.#goOn(await this.#handle(batch, attempts));
  }

  /** What was left behind may be more than one transaction takes. */
  async #goOnWithin(waiting: readonly Kept[]): Promise<void> {
    for (let start = 0; start < waiting.length; start += this.#waitingLimit) {
      await this.#goOn(waiting.slice(start, start + this.#waitingLimit));
    }
  }

  /** Handles what had waited for its predecessors, until nothing more follows. */
  async #goOn(waiting: readonly Kept[]): Promise<void> {
    let next = waiting;
    for (let round = 0; next.length > 0 && round < MAX_WAITING_ROUNDS; round += 1) {
      const idle = next.filter(({ envelope }) => !this.#goingOn.has(envelope.id));
      if (idle.length === 0) return;
      for (const { envelope } of idle) this.#goingOn.add(envelope.id);
      try {
        next = await this.#goOnWith(idle);
      } finally {
        for (const { envelope } of idle) this.#goingOn.delete(envelope.id);
      }
    }
  }

  /** Returns what waits behind them now. */
  async #goOnWith(waiting: readonly Kept[]): Promise<readonly Kept[]> {
    const run = await this.#claimRun(waiting);
    const [first] = run;
    if (first === undefined) return [];
    if (first.attempts <= MAX_ATTEMPTS) return await this.#handle(run, first.attempts);
    await this.#retry(first);
    return [];
  }

  /** One that was tried before may be what killed its process, so it is not mixed with those that were not. */
  async #claimRun(waiting: readonly Kept[]): Promise<Kept[]> {
    const tried = waiting.find(({ attempts }) => attempts > 0);
    const run =
      tried !== undefined && tried === waiting[0] ? [tried] : waiting.filter(({ attempts }) => attempts === 0);
    const ids = run.map(({ envelope }) => envelope.id);
    const claimed = new Set(await this.#inbox.claimWaiting(this.#database.single(busContext()), ids));
    return run
      .filter(({ envelope }) => claimed.has(envelope.id))
      .map((kept) => ({ ...kept, attempts: kept.attempts + 1 }));
  }

  /** Handles events for which an attempt was counted. Returns what had waited for them. */
  async #handle(given: readonly Delivery[], attempts: number): Promise<Kept[]> {
    const batch = given.filter((delivery) => this.#hearings.knows(delivery));
    if (batch.length < given.length) await this.#setAside(given.filter((delivery) => !this.#hearings.knows(delivery)));
    if (batch.length === 0) return [];
    try {
      return await this.#transact(batch);
    } catch (error) {
      if (error instanceof HandlerFailure) await this.#keepFailure(error.delivery, error.cause, attempts);
      else if (batch.length === 1 || isConnectionFailure(error)) {
        await this.#giveBack(batch);
        throw error;
      }
      const failed = error instanceof HandlerFailure ? error.delivery : undefined;
      return await this.#handleEach(
        batch.filter((delivery) => delivery !== failed),
        attempts,
      );
    }
  }

  /** Each by itself, so that one whose service stays away holds up no other. */
  async #handleEach(batch: readonly Delivery[], attempts: number): Promise<Kept[]> {
    const waiting: Kept[] = [];
    let failure: unknown;
    for (const [index, delivery] of batch.entries()) {
      try {
        waiting.push(...(await this.#handle([delivery], attempts)));
      } catch (error) {
        failure ??= error;
        // Where the database is away the rest would only wait for it in vain.
        if (!isConnectionFailure(error)) continue;
        await this.#giveBack(batch.slice(index + 1));
        break;
      }
    }
    if (failure !== undefined) throw failure as Error;
    return waiting;
  }

  async #setAside(batch: readonly Delivery[]): Promise<void> {
    for (const delivery of batch) {
      const { id: eventId, type, dataversion } = delivery.envelope;
      const error = new Error(`version ${dataversion} of ${type} waits for a process of a version that knows it`);
      error.name = 'NotKnownHere';
      this.#options.logger.warn({ eventId, type, dataversion }, 'an event waits for a newer version of this module');
      await this.#database.transaction(busContext(), (work) => this.#inbox.setAside(work, delivery, error));
    }
  }

  async #transact(batch: readonly Delivery[]): Promise<Kept[]> {
    const { followers: waiting, next: handled } = await this.#database.transaction(contextOf(batch), async (work) => {
      const positions = await this.#inbox.lockPositions(work, streamsOf(batch));
      const { next, stale, early, moved } = sortIntoStreams(batch, positions);
      for (const delivery of next) await this.#hearings.run(delivery, work);
      const done = [...next, ...stale];
      const followers = await this.#inbox.finish(work, { done, early, positions: moved }, this.#waitingLimit);
      busCrashPoint('bus/consumer/handled');
      return { followers, next };
    });
    busCrashPoint('bus/consumer/committed');
    this.#options.counters.handled(handled);
    return waiting;
  }

  /** Best effort: where the database is away, the attempts stay counted, and there are enough of them. */
  async #giveBack(batch: readonly Delivery[]): Promise<void> {
    const ids = batch.map(({ envelope }) => envelope.id);
    await this.#inbox.giveBack(this.#database.single(busContext()), ids).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'attempts could not be given back');
    });
  }

  async #keepFailure(delivery: Delivery, error: unknown, attempts: number): Promise<void> {
    const { id: eventId, type } = delivery.envelope;
    if (attempts >= MAX_ATTEMPTS) {
      await this.#bury(delivery, error);
      return;
    }
    this.#options.counters.failed(1);
    this.#options.logger.warn({ eventId, type, attempts, error: describe(error) }, 'a handler failed');
    const delayMs = backoffMs(attempts, RETRY_BASE_MS, RETRY_CAP_MS);
    await this.#database.transaction(busContext(), (work) => this.#inbox.keepFailure(work, delivery, error, delayMs));
  }

  async #bury(delivery: Delivery, error: unknown): Promise<void> {
    const { id: eventId, type } = delivery.envelope;
    this.#options.counters.failed(1);
    this.#options.logger.error({ eventId, type, error: describe(error) }, 'an event is a dead letter');
    await this.#database.transaction(busContext(), (work) => this.#inbox.bury(work, delivery, error));
  }
}
