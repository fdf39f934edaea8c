import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Page } from '../../../shared/values/index.ts';
import type { StockLevel } from '../contract/index.ts';
import { readCursor } from './read-cursor.ts';

export interface StockFilter {
  readonly sku?: string | undefined;
  readonly location?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** How much of each SKU is where. */
export class StockRepository {
  /** What can be sold, over all locations: each SKU once, in the order given, 0 where none is known. */
  async availability(work: UnitOfWork, skus: readonly string[]): Promise<{ sku: string; available: number }[]> {
    return await work.rows(
      `select w.sku, coalesce(sum(s.on_hand - s.reserved - s.allocated), 0)::bigint as available
       from unnest($1::text[]) with ordinality as w(sku, place) left join stock_items s on s.sku = w.sku
       group by w.sku order by min(w.place)`,
      [[...new Set(skus)]],
    );
  }

  /** By SKU and location. */
  async list(work: UnitOfWork, { sku, location, limit, cursor }: StockFilter): Promise<Page<StockLevel>> {
    const [afterSku, afterLocation] = readCursor(cursor, 2);
    const rows = await work.rows<StockLevel>(
      `select sku, location, on_hand as "onHand", reserved, allocated, on_hand - reserved - allocated as available
       from stock_items
       where ($1::text is null or sku = $1) and ($2::text is null or location = $2)
         and ($3::text is null or (sku, location) > ($3, $4))
       order by sku, location limit $5`,
      [sku ?? null, location ?? null, afterSku ?? null, afterLocation ?? null, limit + 1],
    );
    return toPage(
      rows,
      limit,
      (row) => [row.sku, row.location],
      (row) => row,
    );
  }

  /** Makes a SKU known with nothing in stock, unless it is known already. */
  async track(work: UnitOfWork, sku: string): Promise<void> {
    await work.run(`insert into stock_items (sku, location) values ($1, 'main') on conflict do nothing`, [sku]);
  }
}
