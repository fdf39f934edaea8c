import type { UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../../shared/values/index.ts';
import type { Order } from '../contract/index.ts';
import { ORDER_COLUMNS, toOrder, type OrderRow } from './order.repository.ts';

export interface OrderFilter extends PageRequest {
  readonly status?: Order['status'] | undefined;
  readonly email?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Lists of orders, newest first by the time they were placed. */
export class OrderReader {
  async list(work: UnitOfWork, filter: OrderFilter): Promise<Page<Order>> {
    const after = filter.cursor === undefined ? undefined : readCursor(filter.cursor);
    const rows = await work.rows<OrderRow>(
      `select ${ORDER_COLUMNS}
       from orders
       where ($1::text is null or status = $1) and ($2::text is null or lower(email) = lower($2))
         and ($3::timestamptz is null or placed_at >= $3) and ($4::timestamptz is null or placed_at < $4)
         and ($5::timestamptz is null or (placed_at, id) < ($5, $6))
       order by placed_at desc, id desc limit $7`,
      [
        filter.status ?? null,
        filter.email ?? null,
        filter.from ?? null,
        filter.to ?? null,
        after?.placedAt ?? null,
        after?.id ?? null,
        filter.limit + 1,
      ],
    );
    return toPage(rows, filter.limit, (row) => [row.placedAt.toISOString(), row.id], toOrder);
  }
}

function readCursor(cursor: string): { placedAt: string; id: string } {
  const [placedAt, id] = decodeCursor(cursor, 2) ?? [];
  if (placedAt === undefined || id === undefined || Number.isNaN(Date.parse(placedAt))) {
    throw problems.invalidInput([
      { pointer: '/cursor', code: 'invalid_cursor', message: 'This is no cursor of this list.' },
    ]);
  }
  return { placedAt, id };
}
