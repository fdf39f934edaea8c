import { randomUUID } from 'node:crypto';
import type { Money } from '../values/index.ts';
import { eventually } from './eventually.ts';
import type { World } from './world.ts';

/** What suites look at of an order, as the public API shows it. */
export interface BoughtOrder {
  readonly id: string;
  readonly number: number;
  readonly lines: readonly {
    readonly id: string;
    readonly sku: string;
    readonly title: string;
    readonly quantity: number;
  }[];
  readonly totals: Readonly<Record<'items' | 'discount' | 'delivery' | 'tax' | 'total', Money>>;
  readonly placedAt: string;
}

/** What shopping needs of a world. */
type Ways = Pick<World, 'admin' | 'store'>;

export const shippingAddress = { name: 'Ada Shopper', line1: '1 Market Street', city: 'Leeds', country: 'GB' };

/** Puts something on sale for 6.00 GBP, with a hundred pieces on the shelf where stock is kept of it. Its SKU. */
export async function sell(shop: Ways, { tracked }: { tracked: boolean }): Promise<string> {
  const name = randomUUID();
  const sku = `SKU-${name}`;
  const variants = [{ sku, tracked, prices: [{ amount: 600, currency: 'GBP' }] }];
  const product = { handle: `product-${name}`, title: 'Tea', status: 'published', variants };
  await shop.admin.post('/admin/v1/products').set('Idempotency-Key', randomUUID()).send(product).expect(201);
  if (!tracked) return sku;
  // Inventory hears of a new SKU a moment later. A refusal is kept with its key, so each attempt has its own.
  await eventually(async () => {
    const receipt = shop.admin.post('/admin/v1/stock/receipts').set('Idempotency-Key', randomUUID());
    await receipt.send({ lines: [{ sku, quantity: 100 }] }).expect(201);
  });
  return sku;
}

/** Two pieces of each, bought the way a shopper buys. The order as it was confirmed. */
export async function buy(shop: Ways, skus: readonly string[], options: { email?: string } = {}): Promise<BoughtOrder> {
  const lines = skus.map((sku) => ({ sku, quantity: 2 }));
  const cart = await shop.store
    .post('/store/v1/carts')
    .send({ currency: 'GBP', lines, shippingAddress, ...options })
    .expect(201);
  const { id } = cart.body as { id: string };
  const completed = await shop.store
    .post(`/store/v1/carts/${id}/complete`)
    .set('Idempotency-Key', randomUUID())
    .send({ payment: { provider: 'sandbox', token: 'tok_ok' } })
    .expect(201);
  return (completed.body as { order: BoughtOrder }).order;
}

export async function cancel(shop: Ways, orderId: string): Promise<void> {
  await shop.admin
    .post(`/admin/v1/orders/${orderId}/cancel`)
    .set('Idempotency-Key', randomUUID())
    .send({ reason: 'changed their mind' })
    .expect(200);
}

export async function refund(shop: World, orderId: string, amount: number, refundedAt?: string): Promise<void> {
  await shop.admin
    .post(`/admin/v1/orders/${orderId}/refunds`)
    .set('Idempotency-Key', randomUUID())
    .send({ amount: { amount, currency: 'GBP' }, reason: 'late', ...(refundedAt === undefined ? {} : { refundedAt }) })
    .expect(201);
}

/** An order of earlier days, written down by staff: two pieces, paid outside. */
export async function sellEarlier(shop: World, sku: string, placedAt: string): Promise<BoughtOrder> {
  const order = { currency: 'GBP', lines: [{ sku, quantity: 2 }], payment: { provider: 'manual' }, placedAt };
  const placed = await shop.admin
    .post('/admin/v1/orders')
    .set('Idempotency-Key', randomUUID())
    .send({ ...order, shippingAddress })
    .expect(201);
  return placed.body as BoughtOrder;
}

export async function giveBackWithoutOrder(shop: World, amount: number, issuedAt: string): Promise<void> {
  const lines = [{ title: 'A sale of the old till', quantity: 1, unitPrice: { amount, currency: 'GBP' } }];
  await shop.admin
    .post('/admin/v1/credit-notes')
    .set('Idempotency-Key', randomUUID())
    .send({ reference: randomUUID(), currency: 'GBP', lines, reason: 'returned', issuedAt })
    .expect(201);
}
