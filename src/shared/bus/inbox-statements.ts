import { RELAXED } from './outbox-statements.ts';

/** Statements over a module's inbox. Those that only count attempts don't wait for the disk: a count lost is no event lost. */

/** $1 deliveries as JSON. */
export const CLAIM_FRESH = `
  with relaxed as materialized (${RELAXED}),
  given as (
    select * from jsonb_to_recordset($1::jsonb) as g(
      event_id text, source text, type text, subject text, sequence bigint, opens boolean)
  ),
  fresh as (
    insert into inbox (event_id, source, type, subject, sequence, opens, status, attempts)
    select g.*, 'claimed', 1
    from (select event_id, source, type, subject, sequence, opens from given, relaxed order by event_id) as g
    on conflict (event_id) do nothing returning event_id
  )
  select g.event_id as id, f.event_id is not null as fresh, i.status
  from given g left join fresh f using (event_id) left join inbox i using (event_id)`;

/** Whoever is at work on the event holds its row only at the end, but then it is skipped here instead of waited for. */
export const CLAIM_AGAIN = `
  with relaxed as materialized (${RELAXED}),
  mine as (
    select event_id from inbox, relaxed where event_id = $1 and status = 'claimed' for update of inbox skip locked
  )
  update inbox i set attempts = attempts + 1 from mine where i.event_id = mine.event_id returning i.attempts`;

/** $1 lease in ms, $2 the newest version that can be read of each type, as JSON. */
export const CLAIM_RETRY = `
  with relaxed as materialized (${RELAXED}),
  due as (
    select event_id from inbox, relaxed where status = 'retrying' and due_at <= now()
      and (envelope ->> 'dataversion')::integer <= ($2::jsonb ->> type)::integer
    order by due_at limit 1 for update of inbox skip locked
  )
  update inbox i set attempts = attempts + 1, due_at = now() + $1 * interval '1 millisecond'
  from due where i.event_id = due.event_id
  returning i.sequence, i.envelope, i.opens, i.attempts`;

export const CLAIM_WAITING = `
  with relaxed as materialized (${RELAXED}),
  mine as (
    select event_id from inbox, relaxed where event_id = any($1) and status = 'parked'
    order by event_id for update of inbox skip locked
  )
  update inbox i set attempts = attempts + 1 from mine where i.event_id = mine.event_id returning i.event_id as id`;

export const GIVE_BACK = `
  update inbox set attempts = greatest(attempts - 1, 0)
  where event_id = any($1) and status in ('claimed', 'parked', 'retrying')`;

/** $1 streams as JSON. In one order, so that two batches with the same streams wait for each other instead of deadlocking. */
export const LOCK_POSITIONS = `
  insert into inbox_positions (source, subject, sequence)
  select source, subject, 0 from jsonb_to_recordset($1::jsonb) as s(source text, subject text) order by source, subject
  on conflict (source, subject) do update set sequence = inbox_positions.sequence
  returning source, subject, sequence`;

/**
 * $1 positions as JSON, $2 ids that are done, $3 early events as JSON, $4 how many of those that waited to return. `after`:
 * how far behind where its stream stands now.
 */
export const FINISH = `
  with moved as (
    update inbox_positions p set sequence = m.sequence
    from jsonb_to_recordset($1::jsonb) as m(source text, subject text, sequence bigint)
    where p.source = m.source and p.subject = m.subject
    returning p.source, p.subject, p.sequence
  ),
  done as (
    update inbox set status = 'done', finished_at = now(), envelope = null, error = null
    where event_id = any($2) and status not in ('done', 'discarded')
  ),
  early as (
    update inbox i set status = 'parked', attempts = greatest(i.attempts - 1, 0), envelope = e.envelope
    from jsonb_to_recordset($3::jsonb) as e(event_id text, envelope jsonb)
    where i.event_id = e.event_id and i.status in ('claimed', 'parked', 'retrying')
  )
  select i.sequence, i.envelope, i.opens, i.attempts, i.sequence - m.sequence as after
  from moved m join inbox i
    on i.source = m.source and i.subject = m.subject and i.sequence between m.sequence + 1 and m.sequence + $4
  where i.status = 'parked'
  order by i.source, i.subject, i.sequence limit $4`;

/** $2 envelope, $3 error, $4 pause in ms, $5 whether it opens its stream. */
export const KEEP_FAILURE = `
  update inbox
  set status = 'retrying', envelope = $2::jsonb, error = $3::jsonb, opens = $4,
      due_at = now() + $5 * interval '1 millisecond'
  where event_id = $1 and status in ('claimed', 'parked', 'retrying')`;

/** $2 envelope, $3 error, $4 whether it opens its stream. */
export const SET_ASIDE = `
  update inbox
  set status = 'retrying', envelope = $2::jsonb, error = $3::jsonb, opens = $4, due_at = now(),
      attempts = greatest(attempts - 1, 0)
  where event_id = $1 and status in ('claimed', 'parked', 'retrying')`;

export const BURY = `
  update inbox set status = 'dead', envelope = $2::jsonb, error = $3::jsonb, opens = $4
  where event_id = $1 and status in ('claimed', 'parked', 'retrying')`;

export const LEFT_BEHIND = `
  select i.sequence, i.envelope, i.opens, i.attempts
  from inbox i join inbox_positions p on p.source = i.source and p.subject = i.subject and p.sequence + 1 = i.sequence
  where i.status = 'parked' limit $1`;
