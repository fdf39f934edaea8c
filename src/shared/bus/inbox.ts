import type { UnitOfWork } from '../database/index.ts';
import { ContractError } from '../errors/index.ts';
import type { Delivery } from './outbox.ts';
import { keyOf } from './stream-order.ts';
import {
  BURY,
  CLAIM_AGAIN,
  CLAIM_FRESH,
  CLAIM_RETRY,
  CLAIM_WAITING,
  FINISH,
  GIVE_BACK,
  KEEP_FAILURE,
  LEFT_BEHIND,
  LOCK_POSITIONS,
  SET_ASIDE,
} from './inbox-statements.ts';

export type InboxStatus = 'claimed' | 'done' | 'parked' | 'retrying' | 'dead' | 'discarded';

/** How the inbox has an event that has just come. `fresh`: it was not there, and an attempt is counted for it now. */
export interface Received {
  readonly id: string;
  readonly fresh: boolean;
  /** Absent: it is fresh, or is being received elsewhere at this moment. */
  readonly status: InboxStatus | null;
}

/** A delivery that the inbox has kept, with the attempts that were counted for it. */
export interface Kept extends Delivery {
  readonly attempts: number;
}

/** An event that waits, and how far it is behind where its stream stands. */
interface Behind extends Kept {
  readonly after: number;
}

/** The newest version that can be read of each type of event. */
export type Versions = Readonly<Record<string, number>>;

export interface Stream {
  readonly source: string;
  readonly subject: string;
}

export interface Position extends Stream {
  readonly sequence: number;
}

/** What a transaction did with the events that it was given. */
export interface Handled {
  readonly done: readonly Delivery[];
  readonly early: readonly Delivery[];
  readonly positions: readonly Position[];
}

export interface KeptError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

/** Statements over a module's inbox: what has come, what is done, what waits. */
export class Inbox {
  /** Notes what has come and counts a first attempt for what is new. A statement by itself. */
  async receive(work: UnitOfWork, deliveries: readonly Delivery[]): Promise<Received[]> {
    return await work.rows<Received>(CLAIM_FRESH, [JSON.stringify(deliveries.map(toRow))]);
  }

  /** Counts another attempt for an event whose last one ended with its process. Undefined: another is at it. */
  async claimAgain(work: UnitOfWork, eventId: string): Promise<number | undefined> {
    return (await work.row<{ attempts: number }>(CLAIM_AGAIN, [eventId]))?.attempts;
  }

  /**
   * Counts an attempt for a failed event that is due again; it falls due once more after `leaseMs` unless it ends.
   * `versions`: the newest that the caller can read, by the type of event.
   */
  async claimRetry(work: UnitOfWork, leaseMs: number, versions: Versions): Promise<Kept | undefined> {
    return await work.row<Kept>(CLAIM_RETRY, [leaseMs, JSON.stringify(versions)]);
  }

  /** Counts an attempt for events that have waited for their predecessors. Returns the ids of those that still do. */
  async claimWaiting(work: UnitOfWork, eventIds: readonly string[]): Promise<string[]> {
    return (await work.rows<{ id: string }>(CLAIM_WAITING, [[...eventIds]])).map(({ id }) => id);
  }

  /** Takes attempts back that ended for no fault of the events, such as a database that went away. */
  async giveBack(work: UnitOfWork, eventIds: readonly string[]): Promise<void> {
    await work.run(GIVE_BACK, [[...eventIds]]);
  }

  /** How far each stream has come. Holds their locks until the transaction ends: others wait here. */
  async lockPositions(work: UnitOfWork, streams: readonly Stream[]): Promise<Position[]> {
    return await work.rows<Position>(LOCK_POSITIONS, [JSON.stringify(streams)]);
  }

  /** Ends the transaction's part of the inbox. Returns what had waited for just this, in order. */
  async finish(work: UnitOfWork, { done, early, positions }: Handled, limit: number): Promise<Kept[]> {
    const waiting = await work.rows<Behind>(FINISH, [
      JSON.stringify(positions),
      done.map(({ envelope }) => envelope.id),
      JSON.stringify(early.map((delivery) => ({ event_id: delivery.envelope.id, envelope: delivery.envelope }))),
      limit,
    ]);
    return withoutGaps(waiting);
  }

  /** Keeps a failed event for another attempt after `delayMs`. */
  async keepFailure(work: UnitOfWork, delivery: Delivery, error: unknown, delayMs: number): Promise<void> {
    await work.run(KEEP_FAILURE, [...failureOf(delivery, error), delayMs]);
  }

  /** Keeps an event that this process does not know for one that does, and takes back the attempt. */
  async setAside(work: UnitOfWork, delivery: Delivery, error: unknown): Promise<void> {
    await work.run(SET_ASIDE, failureOf(delivery, error));
  }

  /** The event is a dead letter: it waits for an operator, and its stream with it. */
  async bury(work: UnitOfWork, delivery: Delivery, error: unknown): Promise<void> {
    await work.run(BURY, failureOf(delivery, error));
  }

  /** Parked events whose predecessor is done: the process that should have gone on with them has died. */
  async leftBehind(work: UnitOfWork, limit: number): Promise<Kept[]> {
    return await work.rows<Kept>(LEFT_BEHIND, [limit]);
  }
}

/** Of each stream what follows now; what is behind a gap would only find itself early. `waiting` is in order. */
function withoutGaps(waiting: readonly Behind[]): Kept[] {
  const reached = new Map<string, number>();
  return waiting.filter(({ envelope, after }) => {
    const stream = keyOf(envelope);
    if (after !== (reached.get(stream) ?? 0) + 1) return false;
    reached.set(stream, after);
    return true;
  });
}

function toRow({ envelope, sequence, opens }: Delivery): object {
  const { id, source, type, subject } = envelope;
  return { event_id: id, source, type, subject, sequence, opens: opens === true };
}

export function describe(error: unknown): KeptError {
  if (error instanceof ContractError) return { name: error.code, message: error.message, stack: error.stack ?? null };
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack ?? null };
  return { name: 'unknown', message: String(error), stack: null };
}

/** $1 to $4 of the statements that keep what went wrong: event, envelope, error, whether it opens its stream. */
function failureOf({ envelope, opens }: Delivery, error: unknown): unknown[] {
  return [envelope.id, JSON.stringify(envelope), JSON.stringify(describe(error)), opens === true];
}
