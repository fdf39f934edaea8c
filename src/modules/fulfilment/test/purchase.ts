import { randomUUID } from 'node:crypto';
import { eventually, type World } from '../../../shared/testing/index.ts';
import type { Order } from '../../ordering/contract/index.ts';

export const shippingAddress = { name: 'Ada Shopper', line1: '1 Market Street', city: 'Leeds', country: 'GB' };

/** Puts something on sale for 6.00 GBP, with a hundred pieces on the shelf where stock is kept of it. Its SKU. */
export async function sell(shop: World, { tracked }: { tracked: boolean }): Promise<string> {
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
export async function buy(shop: World, skus: readonly string[], options: { email?: string } = {}): Promise<Order> {
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
  return (completed.body as { order: Order }).order;
}

export async function cancel(shop: World, orderId: string): Promise<void> {
  await shop.admin
    .post(`/admin/v1/orders/${orderId}/cancel`)
    .set('Idempotency-Key', randomUUID())
    .send({ reason: 'changed their mind' })
    .expect(200);
}
