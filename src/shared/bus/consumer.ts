import { newCallContext, system } from '../auth/index.ts';
import type { Envelope } from '../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import { ContractError } from '../errors/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { backoffMs, minutes, seconds } from '../values/index.ts';
import { Inbox, type KeptError } from './inbox.ts';
import { busContext, type Acknowledge, type Delivery } from './outbox.ts';

/** What a module does about an event, inside the transaction that also marks the event as done. */
export type HandleEvent = (envelope: Envelope, work: UnitOfWork) => Promise<void>;

/** After so many failures an event is a dead letter. Its own stream waits for an operator, no other does. */
export const MAX_ATTEMPTS = 8;
const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = minutes(1);
const HANDLER_DEADLINE_MS = seconds(30);
const REDRIVE_POLL_MS = 500;
const REDRIVE_LIMIT = 50;
const REDRIVE_LEASE_MS = seconds(30);
/** Parked successors handled in a row before the queue gets its turn again; the redrive takes the rest. */
const MAX_SUCCESSORS = 1_000;

/**
 * A module's end of the bus. Each event is handled in one transaction with its inbox row, in its stream's order.
 *
 * States of an event here: done; parked (its predecessor is missing) → done; retrying (a handler failed) → done, or
 * dead after MAX_ATTEMPTS. As soon as the inbox holds an event in any of these states it is acknowledged.
 */
export class Consumer {
  readonly #database: ModuleDatabase;
  readonly #inbox = new Inbox();
  readonly #handlers: ReadonlyMap<string, readonly HandleEvent[]>;
  readonly #acknowledge: Acknowledge;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #redriving: Promise<void> | undefined;
  #stopped = false;

  constructor(options: {
    database: ModuleDatabase;
    handlers: ReadonlyMap<string, readonly HandleEvent[]>;
    acknowledge: Acknowledge;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#handlers = options.handlers;
    this.#acknowledge = options.acknowledge;
    this.#logger = options.logger;
  }

  /** Begins to look for retries that are due and for parked events that were left behind. */
  start(): void {
    this.#timer = setTimeout(() => this.#redrive(), REDRIVE_POLL_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#redriving;
  }

  /** Takes a batch from the queue. When it returns, the inbox holds every one of them. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    const received = new Map<string, string[]>();
    try {
      for (const delivery of deliveries) {
        await this.#take(delivery);
        const ids = received.get(delivery.envelope.source);
        if (ids === undefined) received.set(delivery.envelope.source, [delivery.envelope.id]);
        else ids.push(delivery.envelope.id);
      }
    } finally {
      for (const [source, ids] of received) await this.#acknowledge(source, this.#database.module, ids);
    }
  }

  async #take(delivery: Delivery): Promise<void> {
    let next: Delivery | undefined = delivery;
    for (let count = 0; next !== undefined && count < MAX_SUCCESSORS; count += 1) {
      const parked = await this.#handle(next);
      if (parked === 0) return;
      const { source, subject } = next.envelope;
      next = await this.#inbox.successor(this.#database.reader(busContext()), source, subject, next.sequence);
      if (next !== undefined) {
        await this.#database.transaction(busContext(), (work) => this.#inbox.unpark(work, source, subject));
      }
    }
  }

  /** Handles one event if it is its turn. Returns how many later events of its stream wait for it. */
  async #handle(delivery: Delivery): Promise<number> {
    try {
      return await this.#database.transaction(contextOf(delivery.envelope), async (work) => {
        const { arrival, parked } = await this.#inbox.receive(work, delivery);
        if (arrival === 'early') throw new Early();
        if (arrival === 'next') await this.#runHandlers(delivery.envelope, work);
        return parked;
      });
    } catch (error) {
      if (error instanceof Early)
        await this.#database.transaction(busContext(), (work) => this.#parkOrDrop(work, delivery));
      else await this.#keepForRetry(delivery, error);
      return 0;
    }
  }

  async #runHandlers(envelope: Envelope, work: UnitOfWork): Promise<void> {
    for (const handle of this.#handlers.get(envelope.type) ?? []) await handle(envelope, work);
  }

  /** What does not continue its stream is early, or so old that its inbox row has been pruned. */
  async #parkOrDrop(work: UnitOfWork, delivery: Delivery): Promise<void> {
    const { source, subject } = delivery.envelope;
    const position = await work.row<{ sequence: number }>(
      'select sequence from inbox_positions where source = $1 and subject = $2 for update',
      [source, subject],
    );
    if (position !== undefined && position.sequence >= delivery.sequence) return;
    await this.#inbox.park(work, delivery);
  }

  async #keepForRetry(delivery: Delivery, error: unknown): Promise<void> {
    const kept = describe(error);
    const { id, type } = delivery.envelope;
    await this.#database.transaction(busContext(), async (work) => {
      const attempts = await this.#inbox.keepForRetry(work, delivery, kept, RETRY_BASE_MS);
      if (attempts >= MAX_ATTEMPTS) {
        await this.#inbox.bury(work, id);
        this.#logger.error({ eventId: id, type, error: kept }, 'an event is a dead letter');
      } else if (attempts > 1) {
        await work.run(`update inbox set due_at = now() + $2 * interval '1 millisecond' where event_id = $1`, [
          id,
          backoffMs(attempts, RETRY_BASE_MS, RETRY_CAP_MS),
        ]);
      }
      this.#logger.warn({ eventId: id, type, attempts, error: kept }, 'a handler failed');
    });
  }

  #redrive(): void {
    this.#redriving = this.#redriveDue()
      .catch((error: unknown) => {
        if (!this.#stopped)
          this.#logger.warn({ err: error, module: this.#database.module }, 'redrive will be repeated');
      })
      .finally(() => {
        this.#redriving = undefined;
        if (!this.#stopped) this.#timer = setTimeout(() => this.#redrive(), REDRIVE_POLL_MS);
      });
  }

  async #redriveDue(): Promise<void> {
    const due = await this.#database.transaction(busContext(), (work) =>
      this.#inbox.claimDue(work, REDRIVE_LIMIT, REDRIVE_LEASE_MS),
    );
    for (const delivery of due) {
      if (this.#stopped) return;
      await this.#take(delivery);
    }
  }
}

/** Rolls back the transaction in which an event turned out to be early. */
class Early extends Error {}

function contextOf(envelope: Envelope) {
  return newCallContext({
    caller: 'bus',
    principal: system(`event:${envelope.type}`),
    deadlineMs: Date.now() + HANDLER_DEADLINE_MS,
    traceparent: envelope.traceparent,
    correlationId: envelope.correlationid,
    causationId: envelope.id,
  });
}

function describe(error: unknown): KeptError {
  if (error instanceof ContractError) return { name: error.code, message: error.message, stack: error.stack ?? null };
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack ?? null };
  return { name: 'unknown', message: String(error), stack: null };
}
