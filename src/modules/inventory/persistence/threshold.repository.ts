import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Page } from '../../../shared/values/index.ts';
import type { StockThreshold } from '../contract/index.ts';
import { readCursor } from './read-cursor.ts';

/** A SKU that has just become low, or has just ceased to be. */
export interface Crossing {
  readonly sku: string;
  readonly threshold: number;
  readonly available: number;
  readonly isLow: boolean;
}

export interface ThresholdFilter {
  readonly low?: boolean | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Of a threshold `t`: what is available of its SKU, over all locations. */
const AVAILABLE = `coalesce((select sum(s.on_hand - s.reserved - s.allocated) from stock_items s where s.sku = t.sku), 0)::bigint`;

const SELECT = `
  select t.sku, t.threshold, ${AVAILABLE} as available, t.is_low as "isLow" from stock_thresholds t`;

/**
 * When is a SKU low? Stock rows are locked before thresholds, everywhere: who holds a threshold needs no more stock.
 */
export class ThresholdRepository {
  /** Of these SKUs the ones that somebody watches. From now until the transaction ends nobody else judges them. */
  async lock(work: UnitOfWork, skus: readonly string[]): Promise<string[]> {
    const rows = await work.rows<{ sku: string }>(
      'select sku from stock_thresholds where sku = any($1) order by sku for update',
      [[...skus]],
    );
    return rows.map(({ sku }) => sku);
  }

  /** Judges locked SKUs by what is there now, and remembers it. At most `limit` that have crossed their threshold. */
  async judge(work: UnitOfWork, skus: readonly string[], limit: number): Promise<Crossing[]> {
    return await work.rows<Crossing>(
      `with judged as materialized (
         select t.sku, ${AVAILABLE} as available from stock_thresholds t where t.sku = any($1)
       )
       update stock_thresholds t set is_low = j.available <= t.threshold
       from (select j.sku, j.available from judged j join stock_thresholds w on w.sku = j.sku
             where w.is_low <> (j.available <= w.threshold) order by j.sku limit $2) as j
       where t.sku = j.sku
       returning t.sku, t.threshold, j.available, t.is_low as "isLow"`,
      [[...skus], limit],
    );
  }

  /** Keeps stock of the SKU from changing until the transaction ends. False: stock is not kept of it. */
  async holdStock(work: UnitOfWork, sku: string): Promise<boolean> {
    const rows = await work.rows('select location from stock_items where sku = $1 order by sku, location for update', [
      sku,
    ]);
    return rows.length > 0;
  }

  async put(work: UnitOfWork, sku: string, threshold: number): Promise<void> {
    await work.run(
      `insert into stock_thresholds (sku, threshold) values ($1, $2)
       on conflict (sku) do update set threshold = excluded.threshold, changed_at = now()`,
      [sku, threshold],
    );
  }

  async find(work: UnitOfWork, sku: string): Promise<StockThreshold | undefined> {
    return await work.row<StockThreshold>(`${SELECT} where t.sku = $1`, [sku]);
  }

  async remove(work: UnitOfWork, sku: string): Promise<void> {
    await work.run('delete from stock_thresholds where sku = $1', [sku]);
  }

  /** By SKU. */
  async list(work: UnitOfWork, { low, limit, cursor }: ThresholdFilter): Promise<Page<StockThreshold>> {
    const [after] = readCursor(cursor, 1);
    const rows = await work.rows<StockThreshold>(
      `${SELECT}
       where ($1::text is null or t.sku > $1) and ($2::boolean is null or t.is_low = $2)
       order by t.sku limit $3`,
      [after ?? null, low ?? null, limit + 1],
    );
    return toPage(
      rows,
      limit,
      ({ sku }) => [sku],
      (row) => row,
    );
  }
}
