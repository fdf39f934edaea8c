import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Page } from '../../../shared/values/index.ts';
import type { LedgerEntry, LedgerSum } from '../contract/index.ts';
import { readCursor } from './read-cursor.ts';

interface LedgerRow extends Omit<LedgerEntry, 'id' | 'occurredAt' | 'recordedAt'> {
  id: number;
  occurredAt: Date;
  recordedAt: Date;
}

/** As many digits as the greatest number that is exact here, so that ids sort as text. */
const ID_DIGITS = 16;

/** The stock ledger: every change of stock, in the order in which it was written. */
export class LedgerReader {
  /** Newest first. */
  async list(
    work: UnitOfWork,
    filter: { sku?: string | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<LedgerEntry>> {
    const [before] = readCursor(filter.cursor, 1, /^\d{1,16}$/);
    const rows = await work.rows<LedgerRow>(
      `select id, sku, location, kind, quantity, reference, occurred_at as "occurredAt", recorded_at as "recordedAt"
       from ledger_entries
       where ($1::text is null or sku = $1) and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [filter.sku ?? null, before ?? null, filter.limit + 1],
    );
    return toPage(rows, filter.limit, (row) => [String(row.id)], toEntry);
  }

  /** Pieces and entries by kind of what occurred from `from` until before `to`. */
  async summarise(work: UnitOfWork, from: string, to: string): Promise<LedgerSum[]> {
    return await work.rows(
      `select kind, sum(quantity)::bigint as quantity, count(*) as entries
       from ledger_entries where occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz
       group by kind order by kind`,
      [from, to],
    );
  }
}

function toEntry({ id, occurredAt, recordedAt, ...row }: LedgerRow): LedgerEntry {
  return {
    id: `led_${String(id).padStart(ID_DIGITS, '0')}`,
    ...row,
    occurredAt: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
  };
}
