import type { Envelope } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import type { Delivery } from './outbox.ts';

export type Arrival =
  /** The event's turn: its effects belong into this transaction. */
  | 'next'
  /** Its effects are here already, or it waits here already. */
  | 'duplicate'
  /** It came before its predecessor. */
  | 'early';

const RECEIVE = `
  insert into inbox (event_id, source, type, subject, sequence, status, attempts, finished_at)
  values ($1, $2, $3, $4, $5, 'done', 1, now())
  on conflict (event_id) do update
    set status = 'done', attempts = inbox.attempts + 1, finished_at = now(), envelope = null, error = null
    where inbox.status in ('parked', 'retrying')
  returning event_id`;

/** Moves a stream's position from n - 1 to n, and holds its lock; no row comes back when it stands elsewhere. */
const ADVANCE = `
  insert into inbox_positions (source, subject, sequence)
  select $1, $2, $3::bigint
  where $3::bigint = 1 or exists (select from inbox_positions where source = $1 and subject = $2)
  on conflict (source, subject) do update set sequence = excluded.sequence
    where inbox_positions.sequence = excluded.sequence - 1
  returning parked`;

const KEEP = `
  insert into inbox (event_id, source, type, subject, sequence, status, attempts, due_at, envelope, error)
  values ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 millisecond', $9, $10)
  on conflict (event_id) do update
    set status = excluded.status, attempts = inbox.attempts + excluded.attempts, due_at = excluded.due_at, error = excluded.error
    where inbox.status = 'retrying'
  returning attempts`;

export interface KeptError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

/** Statements over a module's inbox: what has come, what is done, what waits. */
export class Inbox {
  /** Marks an event as done in this transaction, if it is its turn; the caller then adds the effects. */
  async receive(work: UnitOfWork, delivery: Delivery): Promise<{ arrival: Arrival; parked: number }> {
    const { envelope, sequence } = delivery;
    const received = await work.rows(RECEIVE, [
      envelope.id,
      envelope.source,
      envelope.type,
      envelope.subject,
      sequence,
    ]);
    if (received.length === 0) return { arrival: 'duplicate', parked: 0 };
    const advanced = await work.row<{ parked: number }>(ADVANCE, [envelope.source, envelope.subject, sequence]);
    if (advanced !== undefined) return { arrival: 'next', parked: advanced.parked };
    return { arrival: 'early', parked: 0 };
  }

  /** Keeps an early event until its predecessor is done. */
  async park(work: UnitOfWork, { envelope, sequence }: Delivery): Promise<void> {
    const kept = await work.rows(KEEP, [
      ...identity(envelope, sequence),
      'parked',
      0,
      0,
      JSON.stringify(envelope),
      null,
    ]);
    if (kept.length === 0) return;
    await work.run(
      `insert into inbox_positions (source, subject, sequence, parked) values ($1, $2, 0, 1)
       on conflict (source, subject) do update set parked = inbox_positions.parked + 1`,
      [envelope.source, envelope.subject],
    );
  }

  /** Keeps a failed event for another attempt after `delayMs`. Returns how often it has failed by now. */
  async keepForRetry(work: UnitOfWork, delivery: Delivery, error: KeptError, delayMs: number): Promise<number> {
    const { envelope, sequence } = delivery;
    const row = await work.row<{ attempts: number }>(KEEP, [
      ...identity(envelope, sequence),
      'retrying',
      1,
      delayMs,
      JSON.stringify(envelope),
      JSON.stringify(error),
    ]);
    return row?.attempts ?? 0;
  }

  async bury(work: UnitOfWork, eventId: string): Promise<void> {
    await work.run(`update inbox set status = 'dead' where event_id = $1 and status = 'retrying'`, [eventId]);
  }

  /** The parked event that follows number `sequence` of a stream, if it has come. */
  async successor(work: UnitOfWork, source: string, subject: string, sequence: number): Promise<Delivery | undefined> {
    return await work.row<Delivery>(
      `select sequence, envelope from inbox
       where source = $1 and subject = $2 and sequence = $3 + 1 and status = 'parked'`,
      [source, subject, sequence],
    );
  }

  async unpark(work: UnitOfWork, source: string, subject: string): Promise<void> {
    await work.run('update inbox_positions set parked = greatest(parked - 1, 0) where source = $1 and subject = $2', [
      source,
      subject,
    ]);
  }

  /**
   * Takes events whose next attempt is due, and parked ones whose predecessor is done (their process died before it
   * came to them). They fall due again after `leaseMs` unless they are finished.
   */
  async claimDue(work: UnitOfWork, limit: number, leaseMs: number): Promise<Delivery[]> {
    return await work.rows<Delivery>(
      `with due as (
         select event_id from inbox i
         where (status = 'retrying' and due_at <= now())
            or (status = 'parked' and due_at <= now() and sequence =
                 (select p.sequence + 1 from inbox_positions p where p.source = i.source and p.subject = i.subject))
         order by due_at limit $1 for update skip locked
       )
       update inbox i set due_at = now() + $2 * interval '1 millisecond'
       from due where i.event_id = due.event_id
       returning i.sequence, i.envelope`,
      [limit, leaseMs],
    );
  }
}

function identity(envelope: Envelope, sequence: number): unknown[] {
  return [envelope.id, envelope.source, envelope.type, envelope.subject, sequence];
}
