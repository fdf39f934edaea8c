import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Cart } from '../contract/index.ts';

type CartRow = Omit<Cart, 'createdAt'> & { createdAt: Date };

const COLUMNS = `id, version, status, currency, email, lines, shipping_address as "shippingAddress",
  delivery_option as "deliveryOption", coupon, totals, order_id as "orderId", created_at as "createdAt"`;

/** A line as it is kept: with what the order needs to know beside what the shopper sees. */
export type KeptCartLine = Cart['lines'][number] & { readonly tracked: boolean };

type KeptCart = Omit<Cart, 'lines'> & { readonly lines: KeptCartLine[] };

/** What a change may replace. */
export type CartContent = Pick<Cart, 'email' | 'shippingAddress' | 'deliveryOption' | 'coupon' | 'totals'> & {
  readonly lines: readonly KeptCartLine[];
};

export class CartRepository {
  async insert(work: UnitOfWork, id: string, currency: string, content: CartContent): Promise<Cart> {
    const row = await work.row<CartRow>(
      `insert into carts (id, currency, email, lines, shipping_address, delivery_option, coupon, totals)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
      [id, currency, ...toValues(content)],
    );
    return toCart(row as CartRow);
  }

  async find(work: UnitOfWork, id: string): Promise<Cart | undefined> {
    const row = await work.row<CartRow>(`select ${COLUMNS} from carts where id = $1`, [id]);
    return row === undefined ? undefined : toCart(row);
  }

  /** Replaces the content of an open cart that still has this version; undefined when it is no longer so. */
  async change(work: UnitOfWork, id: string, version: number, content: CartContent): Promise<Cart | undefined> {
    const row = await work.row<CartRow>(
      `update carts set version = version + 1, updated_at = now(), email = $3, lines = $4, shipping_address = $5,
         delivery_option = $6, coupon = $7, totals = $8
       where id = $1 and version = $2 and status = 'open' returning ${COLUMNS}`,
      [id, version, ...toValues(content)],
    );
    return row === undefined ? undefined : toCart(row);
  }

  /** Takes an open cart for an order: of all that ask, one gets it. Says also whether its prices are younger than `holds`. */
  async beginCompletion(
    work: UnitOfWork,
    id: string,
    orderId: string,
    holds: string,
  ): Promise<{ cart: KeptCart; quoteHolds: boolean } | undefined> {
    const row = await work.row<CartRow & { quoteHolds: boolean }>(
      `update carts set status = 'completing', order_id = $2
       where id = $1 and status = 'open' returning ${COLUMNS}, updated_at > now() - $3::interval as "quoteHolds"`,
      [id, orderId, holds],
    );
    if (row === undefined) return undefined;
    const { quoteHolds, ...cart } = row;
    // The row keeps what the quote said of each line; the contract shows less of it.
    return { cart: toCart(cart) as unknown as KeptCart, quoteHolds };
  }

  /** The order was rejected: the shopper may try again. */
  async reopen(work: UnitOfWork, orderId: string, cartId: string): Promise<void> {
    await work.run(
      `update carts set status = 'open', order_id = null, version = version + 1, updated_at = now()
       where id = $2 and order_id = $1 and status = 'completing'`,
      [orderId, cartId],
    );
  }
}

function toValues(content: CartContent): unknown[] {
  return [
    content.email,
    JSON.stringify(content.lines),
    content.shippingAddress === null ? null : JSON.stringify(content.shippingAddress),
    content.deliveryOption,
    content.coupon,
    JSON.stringify(content.totals),
  ];
}

function toCart(row: CartRow): Cart {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
