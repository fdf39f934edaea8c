import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { Order } from '../contract/index.ts';
import type { LineQuantity } from '../domain/line-quantity.ts';

/** Pieces of a line to which something has happened. */
export type PieceCount = 'shippedQuantity' | 'cancelledQuantity' | 'returnedQuantity' | 'refundedQuantity';

/** Order lines as they are kept: with what fulfilment needs to know beside what the buyer sees. */
export type KeptLine = Omit<Order['lines'][number], PieceCount> & { tracked: boolean } & {
  [Count in PieceCount]?: number;
};

export interface NewOrder {
  readonly id: string;
  readonly currency: string;
  readonly email: string | null;
  readonly cartId: string | null;
  readonly lines: readonly KeptLine[];
  readonly shippingAddress: Order['shippingAddress'];
  readonly deliveryOption: string | null;
  readonly totals: Order['totals'];
  readonly reference: string | null;
  /** Absent: now. */
  readonly placedAt: string | undefined;
}

export interface OrderRow {
  id: string;
  number: number;
  version: number;
  status: Order['status'];
  currency: string;
  email: string | null;
  cartId: string | null;
  lines: KeptLine[];
  shippingAddress: Order['shippingAddress'];
  deliveryOption: string | null;
  totals: Order['totals'];
  refunded: number;
  /** Being cancelled, or cancelled. */
  isCancelling: boolean;
  reference: string | null;
  rejection: string | null;
  placedAt: Date;
  createdAt: Date;
}

export const ORDER_COLUMNS = `id, number, version, status, currency, email, cart_id as "cartId", lines,
  shipping_address as "shippingAddress", delivery_option as "deliveryOption", totals, refunded,
  is_cancelling as "isCancelling", reference, rejection, placed_at as "placedAt", created_at as "createdAt"`;

export class OrderRepository {
  async insert(work: UnitOfWork, order: NewOrder): Promise<void> {
    await work.run(
      `insert into orders (id, currency, email, cart_id, lines, shipping_address, delivery_option, totals, total, reference, placed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, now()))`,
      [
        order.id,
        order.currency,
        order.email,
        order.cartId,
        JSON.stringify(order.lines),
        order.shippingAddress === null ? null : JSON.stringify(order.shippingAddress),
        order.deliveryOption,
        JSON.stringify(order.totals),
        order.totals.total.amount,
        order.reference,
        order.placedAt ?? null,
      ],
    );
  }

  async find(work: UnitOfWork, id: string): Promise<OrderRow | undefined> {
    return await work.row<OrderRow>(`select ${ORDER_COLUMNS} from orders where id = $1`, [id]);
  }

  /** With its lock until the transaction ends: what is decided about it now stays true. */
  async findForUpdate(work: UnitOfWork, id: string): Promise<OrderRow | undefined> {
    return await work.row<OrderRow>(`select ${ORDER_COLUMNS} from orders where id = $1 for update`, [id]);
  }

  async findByReference(work: UnitOfWork, reference: string): Promise<{ id: string } | undefined> {
    return await work.row<{ id: string }>(`select id from orders where reference = $1 and status <> 'rejected'`, [
      reference,
    ]);
  }

  /** Moves an order from one status to another; undefined when it is in none of `from`. Closes the cart it came from. */
  async move(
    work: UnitOfWork,
    id: string,
    from: readonly Order['status'][],
    to: Order['status'],
    rejection: string | null = null,
  ): Promise<OrderRow | undefined> {
    return await work.row<OrderRow>(
      `update orders set status = $3, rejection = $4, version = version + 1, updated_at = now()
       where id = $1 and status = any($2) returning ${ORDER_COLUMNS}`,
      [id, [...from], to, rejection],
    );
  }

  /** Confirms a pending order and closes its cart, in one statement. */
  async confirm(work: UnitOfWork, id: string): Promise<OrderRow | undefined> {
    return await work.row<OrderRow>(
      `with confirmed as (
         update orders set status = 'confirmed', version = version + 1, updated_at = now()
         where id = $1 and status = 'pending' returning *
       ),
       closed as (
         update carts set status = 'completed', updated_at = now() from confirmed where carts.id = confirmed.cart_id
       )
       select ${ORDER_COLUMNS} from confirmed`,
      [id],
    );
  }

  /** From now on it is not dispatched any more. */
  async beginCancelling(work: UnitOfWork, id: string): Promise<void> {
    await work.run('update orders set is_cancelling = true where id = $1', [id]);
  }

  /** Sets aside what a refund will give back: the order's row counts it before any money moves. */
  async addRefunded(work: UnitOfWork, id: string, amount: number, lines: readonly LineQuantity[]): Promise<void> {
    await work.run('update orders set refunded = refunded + $2 where id = $1', [id, amount]);
    await this.count(work, id, 'refundedQuantity', lines);
  }

  /** Adds to one of the counts of these lines; a negative quantity takes away. */
  async count(work: UnitOfWork, id: string, count: PieceCount, lines: readonly LineQuantity[]): Promise<void> {
    await work.run(
      `update orders o set version = version + 1, updated_at = now(),
         lines = (
           select jsonb_agg(line || jsonb_build_object($2::text,
             coalesce((line->>$2)::int, 0) + coalesce(r.quantity, 0)) order by position)
           from jsonb_array_elements(o.lines) with ordinality as l(line, position)
           left join jsonb_to_recordset($3::jsonb) as r("lineId" text, quantity int) on r."lineId" = line->>'id')
       where id = $1`,
      [id, count, JSON.stringify(lines)],
    );
  }
}

export function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    number: row.number,
    version: row.version,
    status: row.status,
    currency: row.currency,
    email: row.email,
    lines: row.lines.map(({ tracked: _, ...line }) => ({
      ...line,
      shippedQuantity: line.shippedQuantity ?? 0,
      cancelledQuantity: line.cancelledQuantity ?? 0,
      returnedQuantity: line.returnedQuantity ?? 0,
      refundedQuantity: line.refundedQuantity ?? 0,
    })),
    shippingAddress: row.shippingAddress,
    deliveryOption: row.deliveryOption,
    totals: row.totals,
    refunded: money(row.refunded, row.currency),
    reference: row.reference,
    rejection: row.rejection,
    placedAt: row.placedAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
