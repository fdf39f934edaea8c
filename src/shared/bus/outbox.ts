import { system, newCallContext, type CallContext } from '../auth/index.ts';
import type { Envelope } from '../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import { minutes, newId, seconds } from '../values/index.ts';

/** An event on its way to one subscriber. `sequence` numbers this subscriber's events of the aggregate, without gaps. */
export interface Delivery {
  readonly sequence: number;
  readonly envelope: Envelope;
}

export interface DueDelivery extends Delivery {
  readonly subscriber: string;
}

/** Which modules hear a type of event. */
export type SubscribersOf = (type: string) => readonly string[];

/** An unacknowledged delivery is sent again after this long, then after twice as long, up to the cap. */
const RESEND_BASE_MS = seconds(5);
const RESEND_CAP_MS = minutes(5);

const STORE = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as e(
      position integer, id text, type text, data_version integer, subject text, subscribers text[], data jsonb)
  ),
  sends as (
    select g.position, g.id, g.subject, s.subscriber,
           row_number() over (partition by g.subject, s.subscriber order by g.position) as nth
    from given g cross join unnest(array_append(g.subscribers, '')) as s(subscriber)
  ),
  heads as (
    insert into streams (subject, subscriber, sequence)
    select subject, subscriber, count(*) from sends group by subject, subscriber order by subject, subscriber
    on conflict (subject, subscriber) do update set sequence = streams.sequence + excluded.sequence
    returning subject, subscriber, sequence
  ),
  numbered as (
    select s.*, h.sequence - count(*) over (partition by s.subject, s.subscriber) + s.nth as sequence
    from sends s join heads h using (subject, subscriber)
  ),
  stored as (
    insert into outbox (id, type, data_version, subject, sequence, traceparent, correlation_id, causation_id, data)
    select g.id, g.type, g.data_version, g.subject, n.sequence, $2, $3, $4, g.data
    from given g join numbered n on n.id = g.id and n.subscriber = ''
  )
  insert into deliveries (event_id, subscriber, subject, sequence)
  select id, subscriber, subject, sequence from numbered where subscriber <> ''`;

/**
 * What a power cut of the database may undo: a claim, after which the delivery is sent once more, and an
 * acknowledgement, after which the inbox stops the repeat. So neither waits for the disk when it commits.
 */
const RELAXED = `select set_config('synchronous_commit', 'off', true)`;

const CLAIM = `
  with relaxed as materialized (${RELAXED}),
  due as (
    select event_id, subscriber from deliveries, relaxed where due_at <= now()
    order by due_at, sequence limit $1 for update of deliveries skip locked
  ),
  claimed as (
    update deliveries d
    set attempts = d.attempts + 1,
        due_at = now() + least($2 * power(2, least(d.attempts, 20)), $3) * interval '1 millisecond'
    from due where d.event_id = due.event_id and d.subscriber = due.subscriber
    returning d.event_id, d.subscriber, d.sequence
  )
  select c.subscriber, c.sequence as "deliverySequence", o.id, o.type, o.data_version as "dataVersion", o.subject,
         o.sequence, o.time, o.traceparent, o.correlation_id as "correlationId", o.causation_id as "causationId", o.data
  from claimed c join outbox o on o.id = c.event_id
  order by o.time, o.subject, o.sequence`;

interface ClaimedRow {
  subscriber: string;
  deliverySequence: number;
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
 * A delivery is open from the commit that published until the subscriber's inbox has acknowledged it. While it is
 * open it falls due again and again, so that the broker may lose anything. The state alone says what is to be sent:
 * a relay that asked for "all after the last one" would miss a transaction that commits late.
 */
export class Outbox {
  readonly #module: string;
  readonly #subscribersOf: SubscribersOf;

  constructor(module: string, subscribersOf: SubscribersOf) {
    this.#module = module;
    this.#subscribersOf = subscribersOf;
  }

  /** Stores what a unit of work publishes, numbered per aggregate and per subscriber, in one statement. */
  async store(work: UnitOfWork): Promise<void> {
    const events = work.events.map(({ type, data }, position) => ({
      position,
      id: newId('evt'),
      type: type.type,
      data_version: type.version,
      subject: String(data[type.of]),
      subscribers: this.#subscribersOf(type.type),
      data,
    }));
    const { traceparent, correlationId, causationId } = work.context;
    await work.run(STORE, [JSON.stringify(events), traceparent, correlationId, causationId]);
  }

  /** Takes up to `limit` deliveries that are due; each falls due again later unless it is acknowledged. */
  async claimDue(work: UnitOfWork, limit: number): Promise<DueDelivery[]> {
    const rows = await work.rows<ClaimedRow>(CLAIM, [limit, RESEND_BASE_MS, RESEND_CAP_MS]);
    return rows.map((row) => ({
      subscriber: row.subscriber,
      sequence: row.deliverySequence,
      envelope: this.#toEnvelope(row),
    }));
  }

  /** The subscriber's inbox has these events: they need not be sent again. */
  async acknowledge(work: UnitOfWork, subscriber: string, eventIds: readonly string[]): Promise<void> {
    await work.run(
      `with relaxed as materialized (${RELAXED})
       delete from deliveries using relaxed where subscriber = $1 and event_id = any($2)`,
      [subscriber, [...eventIds]],
    );
  }

  #toEnvelope(row: ClaimedRow): Envelope {
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

const RELAY_DEADLINE_MS = seconds(30);

/** As whom the bus itself works. */
export function busContext(): CallContext {
  return newCallContext({ caller: 'bus', principal: system('bus'), deadlineMs: Date.now() + RELAY_DEADLINE_MS });
}

/** Acknowledges to the publisher's outbox, wherever it is. */
export type Acknowledge = (source: string, subscriber: string, eventIds: readonly string[]) => Promise<void>;

export function acknowledgeLocally(outbox: Outbox, database: ModuleDatabase) {
  return async (subscriber: string, eventIds: readonly string[]): Promise<void> => {
    await database.transaction(busContext(), (work) => outbox.acknowledge(work, subscriber, eventIds));
  };
}
