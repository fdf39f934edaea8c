import type { UnitOfWork } from '../../../shared/database/index.ts';

/** One count of one SKU at one location, as three independent books have it. */
export interface StockDifference {
  readonly sku: string;
  readonly location: string;
  readonly count: 'onHand' | 'reserved' | 'allocated';
  readonly stock: number;
  readonly ledger: number;
  /** The sum of what reservations hold; no reservation speaks of what is on hand. */
  readonly reservations: number | null;
}

const DIFFERENCES = `
  with ledger as (
    select sku, location,
           sum(case when kind in ('received', 'returned', 'unshipped') then quantity
                    when kind in ('shipped', 'written_off') then -quantity else 0 end)::bigint as on_hand,
           sum(case kind when 'reserved' then quantity when 'allocated' then -quantity
                         when 'released' then -quantity when 'expired' then -quantity else 0 end)::bigint as reserved,
           sum(case when kind in ('allocated', 'unshipped') then quantity
                    when kind in ('deallocated', 'shipped') then -quantity else 0 end)::bigint as allocated
    from ledger_entries group by sku, location
  ),
  held as (
    select l.sku, l.location, coalesce(sum(l.quantity) filter (where r.status = 'reserved'), 0)::bigint as reserved,
           coalesce(sum(l.quantity) filter (where r.status = 'allocated'), 0)::bigint as allocated
    from reservations r, jsonb_to_recordset(r.lines) as l(sku text, location text, quantity bigint)
    where r.status in ('reserved', 'allocated') group by l.sku, l.location
  ),
  books as (
    select sku, location, s.on_hand, s.reserved, s.allocated,
           l.on_hand as ledger_on_hand, l.reserved as ledger_reserved, l.allocated as ledger_allocated,
           h.reserved as held_reserved, h.allocated as held_allocated
    from stock_items s full join ledger l using (sku, location) full join held h using (sku, location)
  )
  select sku, location, c.count, c.stock, c.ledger, c.reservations
  from books b cross join lateral (values
    ('onHand', coalesce(b.on_hand, 0), coalesce(b.ledger_on_hand, 0), null::bigint),
    ('reserved', coalesce(b.reserved, 0), coalesce(b.ledger_reserved, 0), coalesce(b.held_reserved, 0)),
    ('allocated', coalesce(b.allocated, 0), coalesce(b.ledger_allocated, 0), coalesce(b.held_allocated, 0))
  ) as c(count, stock, ledger, reservations)
  where c.stock <> c.ledger or c.stock <> c.reservations
  order by sku, location, c.count limit $1`;

/**
 * Recomputes every count from the ledger and from the reservations. All three books change in the same transactions,
 * so that one statement, which sees one moment, must find no difference at any time.
 */
export class StockAuditReader {
  async differences(work: UnitOfWork, limit: number): Promise<StockDifference[]> {
    return await work.rows<StockDifference>(DIFFERENCES, [limit]);
  }
}
