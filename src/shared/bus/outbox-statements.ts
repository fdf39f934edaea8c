/** Statements over a module's outbox. Each is a transaction by itself or part of the publisher's. */

/**
 * $1 events as JSON, $2 for how long the publisher's own relay has them in hand, in ms; null: no relay has. The empty
 * subscriber numbers the aggregate's events themselves.
 */
export const STORE = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as e(
      position integer, id text, type text, data_version integer, subject text, data jsonb,
      traceparent text, correlation_id text, causation_id text)
  ),
  sends as (
    select g.position, g.id, g.subject, s.subscriber,
           row_number() over (partition by g.subject, s.subscriber order by g.position) as nth
    from given g
    cross join lateral (select subscriber from subscriptions where type = g.type union all select '') as s
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
    select g.id, g.type, g.data_version, g.subject, n.sequence, g.traceparent, g.correlation_id, g.causation_id, g.data
    from given g join numbered n on n.id = g.id and n.subscriber = ''
  ),
  sent as (
    insert into deliveries (event_id, subscriber, subject, sequence, attempts, due_at)
    select id, subscriber, subject, sequence, case when $2::float8 is null then 0 else 1 end,
           now() + coalesce($2::float8, 0) * interval '1 millisecond'
    from numbered where subscriber <> ''
  )
  select position, subscriber, sequence, now() as time from numbered order by position, subscriber`;

/**
 * What a power cut of the database may undo: a claim, after which the delivery is sent once more, and an
 * acknowledgement, after which the inbox stops the repeat. So neither waits for the disk when it commits.
 */
export const RELAXED = `select set_config('synchronous_commit', 'off', true)`;

/** $1 limit, $2 pause before it is sent again, in ms, doubled each time up to $3. */
export const CLAIM = `
  with relaxed as materialized (${RELAXED}),
  due as (
    select event_id, subscriber from deliveries, relaxed where state = 'open' and due_at <= now()
    order by due_at, sequence limit $1 for update of deliveries skip locked
  ),
  claimed as (
    update deliveries d
    set attempts = d.attempts + 1,
        due_at = now() + least($2 * power(2, least(d.attempts, 20)), $3) * interval '1 millisecond'
    from due where d.event_id = due.event_id and d.subscriber = due.subscriber
    returning d.event_id, d.subscriber, d.sequence, d.attempts, d.opens
  )
  select c.subscriber, c.sequence as "deliverySequence", c.attempts, c.opens, o.id, o.type,
         o.data_version as "dataVersion", o.subject, o.sequence, o.time, o.traceparent,
         o.correlation_id as "correlationId", o.causation_id as "causationId", o.data
  from claimed c join outbox o on o.id = c.event_id
  order by o.time, o.subject, c.sequence`;

/** Rows in one order, so that two acknowledgements of the same events wait for each other instead of deadlocking. */
const MINE = `
  select event_id from deliveries, relaxed
  where subscriber = $1 and event_id = any($2) and state = 'open' order by event_id for update of deliveries`;

export const ACKNOWLEDGE = `
  with relaxed as materialized (${RELAXED}), mine as (${MINE})
  update deliveries d set state = 'acknowledged' from mine where d.subscriber = $1 and d.event_id = mine.event_id`;

/** $3 pause in ms. */
export const RELEASE = `
  with relaxed as materialized (${RELAXED}), mine as (${MINE})
  update deliveries d
  set attempts = greatest(d.attempts - 1, 0), due_at = now() + $3 * interval '1 millisecond'
  from mine where d.subscriber = $1 and d.event_id = mine.event_id`;

/** $3 error as JSON, $4 how many refusals are too many, $5 pause in ms, $6 at which age at the earliest, in ms. */
export const QUARANTINE = `
  update deliveries
  set send_failures = send_failures + 1, error = $3::jsonb, due_at = now() + $5 * interval '1 millisecond',
      state = case when send_failures + 1 >= $4 and created_at <= now() - $6 * interval '1 millisecond'
                   then 'quarantined' else state end
  where subscriber = $1 and event_id = $2 and state = 'open' returning state`;

export const EXPEDITE = `
  with early as (
    select event_id, subscriber from deliveries where state = 'open' and due_at > now()
    order by due_at limit $1 for update skip locked
  )
  update deliveries d set due_at = now(), attempts = 0
  from early where d.event_id = early.event_id and d.subscriber = early.subscriber`;

/**
 * $1 subscriber, $2 from when on. The oldest that is kept of a stream opens it: nothing before it will come. Its age
 * counts from now, since it has just been sent on its way.
 */
export const REOPEN = `
  with wanted as (
    select d.event_id, row_number() over (partition by d.subject order by d.sequence) = 1
             and not exists (select from deliveries e join outbox p on p.id = e.event_id
                             where e.subscriber = $1 and e.subject = d.subject and e.sequence < d.sequence) as opens
    from deliveries d join outbox o on o.id = d.event_id
    where d.subscriber = $1 and o.time >= $2::timestamptz
  )
  update deliveries d
  set state = 'open', created_at = now(), due_at = now(), attempts = 0, send_failures = 0, error = null, opens = w.opens
  from wanted w where d.subscriber = $1 and d.event_id = w.event_id`;

/** No row is changed when the name is the one that stands there. */
export const NOTE_GENERATION = `
  insert into queue_generation (generation) values ($1)
  on conflict (only_row) do update set generation = excluded.generation
    where queue_generation.generation <> excluded.generation`;
