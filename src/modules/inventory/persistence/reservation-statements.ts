/**
 * The statements that move stock. Two rules keep them free of deadlocks: stock rows are locked in the order of SKU and
 * location, and whoever waits for a reservation's row holds no stock yet, or waits for one who needs no more of it.
 *
 * A row that `for update` returns is the newest one, also where it was committed after the statement began. An update
 * in the same statement first meets the older row, though, and checks the table's constraint on what it makes of that,
 * before it finds the newer one. So each update sets all counts from the locked row: nothing old can break the rule.
 */

/** $1 order, $2 reservation, $3 SKUs, $4 quantities, $5 milliseconds to hold, $6 when it occurred or null. */
export const RESERVE = `
  with wanted as materialized (
    select sku, quantity from unnest($3::text[], $4::bigint[]) as w(sku, quantity)
  ),
  locked as materialized (
    select sku, location, on_hand, reserved, allocated, on_hand - reserved - allocated as available
    from stock_items where sku = any($3::text[])
    order by sku, location for update
  ),
  offered as (
    select k.sku, k.location, k.available, w.quantity as wanted,
           coalesce(sum(k.available) over (
             partition by k.sku order by l.priority, l.code rows between unbounded preceding and 1 preceding), 0)::bigint as before
    from locked k join wanted w on w.sku = k.sku join locations l on l.code = k.location
  ),
  taken as materialized (
    select sku, location, least(available, wanted - before) as quantity
    from offered where available > 0 and before < wanted
  ),
  short as materialized (
    select w.sku, w.quantity as requested, coalesce(sum(k.available), 0)::bigint as available
    from wanted w left join locked k on k.sku = w.sku
    group by w.sku, w.quantity having coalesce(sum(k.available), 0) < w.quantity
  ),
  made as (
    insert into reservations (order_id, id, status, lines, expires_at, occurred_at)
    select $1, $2, 'reserved',
           (select jsonb_agg(jsonb_build_object('sku', sku, 'location', location, 'quantity', quantity) order by sku, location)
            from taken),
           now() + $5 * interval '1 millisecond', $6::timestamptz
    where not exists (select from short)
    on conflict (order_id) do nothing
    returning expires_at, coalesce(occurred_at, now()) as occurred_at
  ),
  moved as (
    update stock_items s set on_hand = k.on_hand, reserved = k.reserved + t.quantity, allocated = k.allocated
    from locked k join taken t on t.sku = k.sku and t.location = k.location, made
    where s.sku = k.sku and s.location = k.location
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select t.sku, t.location, 'reserved', t.quantity, $1, made.occurred_at
    from taken t, made order by t.sku, t.location
  )
  select made.expires_at as "expiresAt",
         coalesce((select json_agg(short order by sku) from short), '[]'::json) as shortages
  from (select) as always left join made on true`;

/** $1 order. A reservation that is due but not yet given back is still held, and so can be allocated. */
export const ALLOCATE = `
  with allocated as (
    update reservations set status = 'allocated', changed_at = now()
    where order_id = $1 and status = 'reserved'
    returning lines, coalesce(occurred_at, now()) as occurred_at
  ),
  lines as materialized (
    select l.sku, l.location, l.quantity, a.occurred_at
    from allocated a, jsonb_to_recordset(a.lines) as l(sku text, location text, quantity bigint)
  ),
  locked as materialized (
    select s.sku, s.location, s.on_hand, s.reserved, s.allocated
    from stock_items s join lines l on l.sku = s.sku and l.location = s.location
    order by s.sku, s.location for update of s
  ),
  moved as (
    update stock_items s
    set on_hand = k.on_hand, reserved = k.reserved - l.quantity, allocated = k.allocated + l.quantity
    from locked k join lines l on l.sku = k.sku and l.location = k.location
    where s.sku = k.sku and s.location = k.location
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select sku, location, 'allocated', quantity, $1, occurred_at from lines order by sku, location
  )
  select 1 as done from allocated`;

/** What follows a head that has ended reservations, as `ended (order_id, was, lines)`; $2 is the kind of entry. */
const GIVE_BACK = `
  lines as materialized (
    select e.order_id, e.was, l.sku, l.location, l.quantity
    from ended e, jsonb_to_recordset(e.lines) as l(sku text, location text, quantity bigint)
  ),
  sums as materialized (
    select sku, location, coalesce(sum(quantity) filter (where was = 'reserved'), 0)::bigint as reserved,
           coalesce(sum(quantity) filter (where was = 'allocated'), 0)::bigint as allocated
    from lines group by sku, location
  ),
  locked as materialized (
    select s.sku, s.location, s.on_hand, s.reserved, s.allocated
    from stock_items s join sums b on b.sku = s.sku and b.location = s.location
    order by s.sku, s.location for update of s
  ),
  moved as (
    update stock_items s
    set on_hand = k.on_hand, reserved = k.reserved - b.reserved, allocated = k.allocated - b.allocated
    from locked k join sums b on b.sku = k.sku and b.location = k.location
    where s.sku = k.sku and s.location = k.location
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select sku, location, case was when 'allocated' then 'deallocated' else $2 end, quantity, order_id, now()
    from lines order by sku, location
  ),
  by_sku as (
    select order_id, sku, sum(quantity)::bigint as quantity from lines group by order_id, sku
  )
  select order_id as "orderId", json_agg(json_build_object('sku', sku, 'quantity', quantity) order by sku) as lines
  from by_sku group by order_id`;

/** $1 order, $2 kind of entry. */
export const RELEASE = `
  with held as (
    select order_id, status as was from reservations
    where order_id = $1 and status in ('reserved', 'allocated') for update
  ),
  ended as (
    update reservations r set status = 'released', changed_at = now()
    from held where r.order_id = held.order_id
    returning r.order_id, held.was, r.lines
  ),
  ${GIVE_BACK}`;

/** $1 how many at most, $2 kind of entry. */
export const EXPIRE = `
  with due as (
    select order_id from reservations where status = 'reserved' and expires_at <= now()
    order by expires_at limit $1 for update skip locked
  ),
  ended as (
    update reservations r set status = 'expired', changed_at = now()
    from due where r.order_id = due.order_id
    returning r.order_id, 'reserved' as was, r.lines
  ),
  ${GIVE_BACK}`;
