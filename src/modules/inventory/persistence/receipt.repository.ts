import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { StockLine } from '../domain/stock-line.ts';

export interface NewReceipt {
  readonly id: string;
  /** Names these goods: they are received once, however often they are reported. */
  readonly reference: string;
  /** The caller and its idempotency key, where it sent one. */
  readonly requestKey: string | undefined;
  readonly location: string;
  readonly lines: readonly StockLine[];
}

export interface Receipt {
  readonly id: string;
  readonly reference: string;
  readonly location: string;
  readonly lines: StockLine[];
  readonly receivedAt: Date;
}

/** A location that is named for the first time comes into being with its first goods, behind the ones in use. */
const RECEIVE = `
  with receipt as (
    insert into receipts (id, reference, request_key, location, lines) values ($1, $2, $3, $4, $5)
    on conflict do nothing
    returning id, reference, location, lines, received_at
  ),
  place as (
    insert into locations (code) select location from receipt on conflict do nothing
  ),
  counted as materialized (
    select l.sku, r.location, r.reference, sum(l.quantity)::bigint as quantity
    from receipt r, jsonb_to_recordset(r.lines) as l(sku text, quantity bigint)
    group by l.sku, r.location, r.reference
  ),
  stocked as (
    insert into stock_items as s (sku, location, on_hand)
    select sku, location, quantity from counted order by sku
    on conflict (sku, location) do update set on_hand = s.on_hand + excluded.on_hand
  ),
  entered as (
    insert into ledger_entries (sku, location, kind, quantity, reference, occurred_at)
    select sku, location, 'received', quantity, reference, now() from counted order by sku
  )
  select id, reference, location, lines, received_at as "receivedAt" from receipt`;

/** Goods that came in from a supplier. */
export class ReceiptRepository {
  /** Adds the goods to the stock; undefined where the reference or the request's key has been used before. */
  async receive(work: UnitOfWork, receipt: NewReceipt): Promise<Receipt | undefined> {
    const { id, reference, requestKey, location, lines } = receipt;
    return await work.row<Receipt>(RECEIVE, [id, reference, requestKey ?? null, location, JSON.stringify(lines)]);
  }

  /** Receipts under this reference or this request's key: at most one of each. */
  async findEarlier(work: UnitOfWork, reference: string, requestKey: string | undefined): Promise<Receipt[]> {
    return await work.rows<Receipt>(
      `select id, reference, location, lines, received_at as "receivedAt" from receipts
       where reference = $1 or request_key = $2 limit 2`,
      [reference, requestKey ?? null],
    );
  }
}
