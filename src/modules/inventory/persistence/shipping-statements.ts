/**
 * The statements by which allocated goods leave and come back. As in `reservation-statements.ts`, the reservation's row
 * is locked before any stock, stock rows are locked in the order of SKU and location, and each update sets all counts
 * from the locked row. A reservation's lines are what of it is still here: they shrink as goods leave.
 */

/** $1 order, $2 dispatch, $3 SKUs, $4 quantities. Takes from the locations of lowest priority first. */
export const SHIP = `
  with held as (
    select order_id, lines from reservations where order_id = $1 and status = 'allocated' for update
  ),
  allocated as materialized (
    select l.sku, l.location, l.quantity
    from held h, jsonb_to_recordset(h.lines) as l(sku text, location text, quantity bigint)
  ),
  wanted as materialized (
    select sku, quantity from unnest($3::text[], $4::bigint[]) as w(sku, quantity)
  ),
  offered as (
    select a.sku, a.location, a.quantity, w.quantity as wanted,
           coalesce(sum(a.quantity) over (
             partition by a.sku order by p.priority, p.code rows between unbounded preceding and 1 preceding), 0)::bigint as before
    from allocated a join wanted w on w.sku = a.sku join locations p on p.code = a.location
  ),
  taken as materialized (
    select sku, location, least(quantity, wanted - before) as quantity from offered where before < wanted
  ),
  short as materialized (
    select w.sku, w.quantity as requested, coalesce(sum(a.quantity), 0)::bigint as allocated
    from wanted w left join allocated a on a.sku = w.sku
    group by w.sku, w.quantity having coalesce(sum(a.quantity), 0) < w.quantity
  ),
  made as (
    insert into shipped_goods (dispatch_id, order_id, status, lines)
    select $2, h.order_id, 'shipped',
           (select jsonb_agg(jsonb_build_object('sku', sku, 'location', location, 'quantity', quantity) order by sku, location)
            from taken)
    from held h where not exists (select from short)
    on conflict (dispatch_id) do nothing
    returning order_id
  ),
  kept as (
    update reservations r
    set changed_at = now(),
        lines = (select coalesce(jsonb_agg(jsonb_build_object('sku', a.sku, 'location', a.location,
                                           'quantity', a.quantity - coalesce(t.quantity, 0)) order by a.sku, a.location)
                                 filter (where a.quantity > coalesce(t.quantity, 0)), '[]'::jsonb)
                 from allocated a left join taken t on t.sku = a.sku and t.location = a.location)
    from made where r.order_id = made.order_id
  ),
  locked as materialized (
    select s.sku, s.location, s.on_hand, s.reserved, s.allocated, t.quantity
    from made, stock_items s join taken t on t.sku = s.sku and t.location = s.location
    order by s.sku, s.location for update of s
  ),
  moved as (
    update stock_items s
    set on_hand = k.on_hand - k.quantity, reserved = k.reserved, allocated = k.allocated - k.quantity
    from locked k where s.sku = k.sku and s.location = k.location
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select t.sku, t.location, 'shipped', t.quantity, $1, now() from made, taken t order by t.sku, t.location
  )
  select exists (select from made) as made,
         coalesce((select json_agg(short order by sku) from short), '[]'::json) as shortages`;

/** $1 order, $2 dispatch. Puts back what left, as allocated to the order as it was. */
export const UNSHIP = `
  with held as materialized (
    select order_id, lines from reservations where order_id = $1 and status = 'allocated' for update
  ),
  undone as (
    update shipped_goods g set status = 'undone', changed_at = now()
    from held where g.dispatch_id = $2 and g.order_id = held.order_id and g.status = 'shipped'
    returning g.lines
  ),
  back as materialized (
    select l.sku, l.location, l.quantity
    from undone u, jsonb_to_recordset(u.lines) as l(sku text, location text, quantity bigint)
  ),
  kept as (
    update reservations r
    set changed_at = now(),
        lines = (select jsonb_agg(jsonb_build_object('sku', sku, 'location', location, 'quantity', quantity) order by sku, location)
                 from (select sku, location, sum(quantity) as quantity
                       from (select sku, location, quantity from back
                             union all
                             select l.sku, l.location, l.quantity
                             from held h, jsonb_to_recordset(h.lines) as l(sku text, location text, quantity bigint)) as pieces
                       group by sku, location) as summed)
    from undone where r.order_id = $1
  ),
  locked as materialized (
    select s.sku, s.location, s.on_hand, s.reserved, s.allocated, b.quantity
    from stock_items s join back b on b.sku = s.sku and b.location = s.location
    order by s.sku, s.location for update of s
  ),
  moved as (
    update stock_items s
    set on_hand = k.on_hand + k.quantity, reserved = k.reserved, allocated = k.allocated + k.quantity
    from locked k where s.sku = k.sku and s.location = k.location
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select sku, location, 'unshipped', quantity, $1, now() from back order by sku, location
  )
  select 1 as done from undone`;

/** $1 return, $2 order, $3 location, $4 lines. What is written off comes in and goes out again: the ledger shows both. */
export const RETURN = `
  with made as (
    insert into returned_goods (return_id, order_id, location, lines) values ($1, $2, $3, $4)
    on conflict (return_id) do nothing
    returning return_id, location, lines
  ),
  place as (
    insert into locations (code) select location from made on conflict do nothing
  ),
  counted as materialized (
    select l.sku, m.location, sum(l.quantity)::bigint as quantity,
           coalesce(sum(l.quantity) filter (where l.disposition = 'restock'), 0)::bigint as restocked
    from made m, jsonb_to_recordset(m.lines) as l(sku text, quantity bigint, disposition text)
    group by l.sku, m.location
  ),
  stocked as (
    insert into stock_items as s (sku, location, on_hand)
    select sku, location, restocked from counted order by sku
    on conflict (sku, location) do update set on_hand = s.on_hand + excluded.on_hand
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select sku, location, kind, quantity, $1, now()
    from (select sku, location, 1 as step, 'returned' as kind, quantity from counted
          union all
          select sku, location, 2, 'written_off', quantity - restocked from counted where quantity > restocked) as movements
    order by sku, location, step
  )
  select sku from counted where restocked > 0 order by sku`;
