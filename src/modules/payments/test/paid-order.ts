import { randomUUID } from 'node:crypto';
import { sell, shippingAddress, type World } from '../../../shared/testing/index.ts';

/** A cart of 6.00 GBP, completed with a card, and what came of it. */
export async function buyWith(shop: World, token: string) {
  const sku = await sell(shop, { tracked: true });
  const cart = await shop.store
    .post('/store/v1/carts')
    .send({ currency: 'GBP', lines: [{ sku, quantity: 1 }], shippingAddress })
    .expect(201);
  const completed = await shop.store
    .post(`/store/v1/carts/${cart.body.id}/complete`)
    .set('Idempotency-Key', randomUUID())
    .send({ payment: { provider: 'sandbox', token } });
  return { sku, completed };
}

/** The order that was placed last. */
export const lastOrder = async (shop: World) =>
  (await shop.admin.get('/admin/v1/orders').query({ limit: 1 }).expect(200)).body.items[0];

/** What the provider's own books hold of an order. */
export async function chargeOf(shop: World, orderId: string) {
  const { body } = await shop.admin.get('/admin/v1/payments/sandbox/charges').query({ limit: 100 }).expect(200);
  return body.items.find((charge: { orderId: string }) => charge.orderId === orderId);
}
