import { system, newCallContext, type CallContext } from '../auth/index.ts';
import type { Envelope } from '../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import { invariant, present } from '../errors/index.ts';
import { guarded } from '../telemetry/index.ts';
import { minutes, newId, seconds } from '../values/index.ts';
import { busCrashPoint } from './crash-points.ts';
import {
  ACKNOWLEDGE,
  CLAIM,
  EXPEDITE,
  NOTE_GENERATION,
  QUARANTINE,
  RELEASE,
  REOPEN,
  STORE,
} from './outbox-statements.ts';

/** An event on its way to one subscriber. `sequence` numbers this subscriber's events of the aggregate, without gaps. */
export interface Delivery {
  readonly sequence: number;
  readonly envelope: Envelope;
  /** Nothing before it in its stream will come any more. */
  readonly opens?: boolean;
}

export interface DueDelivery extends Delivery {
  readonly subscriber: string;
  /** How often it has been handed to the queue, this time included. */
  readonly attempts: number;
}

/** An event is a fact and its key figures, not a document; what is larger belongs behind a query. */
const MAX_EVENT_BYTES = 262_144;

/** An unacknowledged delivery is sent again after this long, then after twice as long, up to the cap. */
const RESEND_BASE_MS = seconds(5);
const RESEND_CAP_MS = minutes(1);
/** After so many refusals of its own, while others pass, a delivery is set aside for an operator. */
const MAX_SEND_FAILURES = 5;
const SEND_RETRY_MS = seconds(2);
/** Deliveries brought forward by one statement when a queue has lost what it held. */
const EXPEDITE_LIMIT = 5_000;
/** What a test leaves of the sweeper when it takes it out: nothing is ever sent again. */
const NEVER_MS = minutes(60 * 24);

interface StoredEvent {
  id: string;
  type: string;
  data_version: number;
  subject: string;
  data: Record<string, unknown>;
  traceparent: string;
  correlation_id: string;
  causation_id: string | null;
}

/** Where an event came to stand in one subscriber's stream, or, with an empty subscriber, in its aggregate's. */
interface StoredRow {
  position: number;
  subscriber: string;
  sequence: number;
  time: Date;
}

interface ClaimedRow extends EnvelopeRow {
  subscriber: string;
  deliverySequence: number;
  attempts: number;
  opens: boolean;
}

interface EnvelopeRow {
  id: string;
  type: string;
  dataVersion: number;
  subject: string;
  sequence: number;
  time: Date;
  traceparent: string;
  correlationId: string;
  causationId: string | null;
  data: Record<string, unknown>;
}

/**
 * What one module has published and who has not yet received it.
 *
 * States of a delivery: open (from the commit that published) → acknowledged (the subscriber's inbox has it), or
 * quarantined (no queue takes it; an operator opens it again). While it is open it falls due again and again, so that
 * the broker may lose anything. The state alone says what is to be sent: a relay that asked for "all after the last
 * one" would miss a transaction that commits late.
 */
export class Outbox {
  readonly #module: string;

  constructor(module: string) {
    this.#module = module;
  }

  /**
   * Stores what a unit of work publishes, numbered per aggregate and per subscriber, in one statement. `inHand`: this
   * process's relay will send the deliveries as soon as they have committed, so that no other takes them up before they
   * would be sent again anyway. Otherwise they are due at once.
   */
  async store(work: UnitOfWork, { inHand = false }: { inHand?: boolean } = {}): Promise<DueDelivery[]> {
    const events = work.events.map(({ type, data, context }, position) => ({
      position,
      id: newId('evt'),
      type: type.type,
      data_version: type.version,
      subject: String(data[type.of]),
      data,
      traceparent: context.traceparent,
      correlation_id: context.correlationId,
      causation_id: context.causationId,
    }));
    for (const { type, data } of events) {
      const bytes = Buffer.byteLength(JSON.stringify(data));
      invariant(bytes <= MAX_EVENT_BYTES, `${type} has ${bytes} bytes; an event has at most ${MAX_EVENT_BYTES}`);
    }
    const [firstPauseMs] = resendPauses();
    const rows = await work.rows<StoredRow>(STORE, [JSON.stringify(events), inHand ? firstPauseMs : null]);
    busCrashPoint('bus/outbox/stored');
    return inHand ? this.#inHand(events, rows) : [];
  }

  /** Takes up to `limit` deliveries that are due; each falls due again later unless it is acknowledged. */
  async claimDue(work: UnitOfWork, limit: number): Promise<DueDelivery[]> {
    const rows = await work.rows<ClaimedRow>(CLAIM, [limit, ...resendPauses()]);
    return rows.map((row) => ({
      subscriber: row.subscriber,
      attempts: row.attempts,
      sequence: row.deliverySequence,
      ...(row.opens ? { opens: true } : {}),
      envelope: this.#toEnvelope(row),
    }));
  }

  /** The subscriber's inbox has these events: they need not be sent again. */
  async acknowledge(work: UnitOfWork, subscriber: string, eventIds: readonly string[]): Promise<void> {
    await work.run(ACKNOWLEDGE, [subscriber, [...eventIds]]);
  }

  /** Gives back what was claimed and could not be sent, since the queues were out of reach: no fault of its own. */
  async release(work: UnitOfWork, subscriber: string, eventIds: readonly string[]): Promise<void> {
    if (guarded('sweeper')) await work.run(RELEASE, [subscriber, [...eventIds], SEND_RETRY_MS]);
  }

  /**
   * Notes that this delivery could not be sent while others can. True: it was set aside for an operator, which happens
   * when it is older than `minAgeMs`.
   */
  async refuse(
    work: UnitOfWork,
    { subscriber, envelope }: DueDelivery,
    error: Error,
    { minAgeMs = 0, pauseMs = SEND_RETRY_MS }: { minAgeMs?: number; pauseMs?: number } = {},
  ): Promise<boolean> {
    const kept = JSON.stringify({ name: error.name, message: error.message });
    const row = await work.row<{ state: string }>(QUARANTINE, [
      subscriber,
      envelope.id,
      kept,
      MAX_SEND_FAILURES,
      pauseMs,
      minAgeMs,
    ]);
    return row?.state === 'quarantined';
  }

  /** Makes due at once what is open: the queues may have lost it. */
  async expedite(work: UnitOfWork): Promise<number> {
    let total = 0;
    // What is brought forward is no longer in the future, so that each round finds less; new ones are due anyway.
    for (;;) {
      const brought = guarded('sweeper') ? await work.run(EXPEDITE, [EXPEDITE_LIMIT]) : 0;
      total += brought;
      if (brought < EXPEDITE_LIMIT) return total;
    }
  }

  /** True: the queues' store has another name than when any process saw it last. */
  async noteGeneration(work: UnitOfWork, generation: string): Promise<boolean> {
    return (await work.run(NOTE_GENERATION, [generation])) === 1;
  }

  /** What a relay would have claimed. Of each event, the row that numbers it in its aggregate comes first. */
  #inHand(events: readonly StoredEvent[], rows: readonly StoredRow[]): DueDelivery[] {
    const deliveries: DueDelivery[] = [];
    let envelope: Envelope | undefined;
    for (const { position, subscriber, sequence, time } of rows) {
      if (subscriber === '') {
        const { id, type, data_version, subject, data, traceparent, correlation_id, causation_id } = present(
          events[position],
          'an event was stored that nobody published',
        );
        const about = { type, dataVersion: data_version, subject, sequence, time, data };
        const cause = { traceparent, correlationId: correlation_id, causationId: causation_id };
        envelope = this.#toEnvelope({ id, ...about, ...cause });
      } else
        deliveries.push({ subscriber, attempts: 1, sequence, envelope: present(envelope, 'an event has no number') });
    }
    return deliveries;
  }

  #toEnvelope(row: EnvelopeRow): Envelope {
    return {
      specversion: '1.0',
      id: row.id,
      source: this.#module,
      type: row.type,
      dataversion: row.dataVersion,
      subject: row.subject,
      sequence: row.sequence,
      time: row.time.toISOString(),
      traceparent: row.traceparent,
      correlationid: row.correlationId,
      causationid: row.causationId,
      data: row.data,
    };
  }
}

/**
 * Sends what a subscriber was sent since `fromIso` once more. What its inbox has handled stops there; what it has lost
 * (a database restored from a backup) takes effect, in order. Returns how many deliveries are open again.
 */
export async function reopenDeliveries(work: UnitOfWork, subscriber: string, fromIso: string): Promise<number> {
  return await work.run(REOPEN, [subscriber, fromIso]);
}

/** Before a delivery is sent again for the first time, and at most. */
function resendPauses(): [number, number] {
  return guarded('sweeper') ? [RESEND_BASE_MS, RESEND_CAP_MS] : [NEVER_MS, NEVER_MS];
}

const BUS_DEADLINE_MS = seconds(30);

/** As whom the bus itself works. */
export function busContext(): CallContext {
  return newCallContext({ caller: 'bus', principal: system('bus'), deadlineMs: Date.now() + BUS_DEADLINE_MS });
}

/** Acknowledges to the publisher's outbox, wherever it is. */
export type Acknowledge = (source: string, subscriber: string, eventIds: readonly string[]) => Promise<void>;

export function acknowledgeLocally(outbox: Outbox, database: ModuleDatabase) {
  return async (subscriber: string, eventIds: readonly string[]): Promise<void> => {
    await outbox.acknowledge(database.single(busContext()), subscriber, eventIds);
    busCrashPoint('bus/outbox/acknowledged');
  };
}
