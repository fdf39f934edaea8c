import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { eventually, type World } from '../../src/shared/testing/index.ts';

/** The two ways into a started shop, in this process or another. */
export type Shop = Pick<World, 'admin' | 'store'>;

let made = 0;

/** A published product with one variant and so many pieces in stock. Returns its SKU. */
export async function stockVariant(
  { admin }: Shop,
  options: { pieces: number; price?: number; tracked?: boolean },
): Promise<string> {
  made += 1;
  const sku = `TEA-${made}-${randomUUID().slice(0, 8)}`;
  const variant = {
    sku,
    prices: [{ amount: options.price ?? 1_250, currency: 'GBP' }],
    tracked: options.tracked ?? true,
  };
  await admin
    .post('/admin/v1/products')
    .send({ handle: sku.toLowerCase(), title: `Tea ${made}`, status: 'published', variants: [variant] })
    .expect(201);
  if (options.pieces > 0) {
    await admin
      .post('/admin/v1/stock/receipts')
      .send({ lines: [{ sku, quantity: options.pieces }] })
      .expect(201);
  }
  return sku;
}

/** A cart with this much of a variant in it. Returns its id. */
export async function fillCart({ store }: Shop, sku: string, quantity = 1): Promise<string> {
  const { body } = await store
    .post('/store/v1/carts')
    .send({ currency: 'GBP', email: 'buyer@example.com', lines: [{ sku, quantity }] })
    .expect(201);
  return body.id;
}

export function complete({ store }: Shop, cartId: string, token = 'tok_ok', key: string = randomUUID()) {
  return store
    .post(`/store/v1/carts/${cartId}/complete`)
    .set('Idempotency-Key', key)
    .send({ payment: { provider: 'sandbox', token } });
}

/** A purchase whose order is there and whose answer is not: the provider takes three seconds over it. */
export async function beginSlowPurchase(shop: Shop) {
  const cart = await fillCart(shop, await stockVariant(shop, { pieces: 1 }));
  const purchase = complete(shop, cart, 'tok_slow').then((response) => response);
  await eventually(async () => {
    const { body } = await shop.store.get(`/store/v1/carts/${cart}`).expect(200);
    expect(body.orderId).toMatch(/^ord_/);
  });
  return { purchase };
}

interface Charge {
  readonly orderId: string;
  readonly status: string;
  readonly amount: { readonly amount: number };
}

/** What the provider's own books hold. */
export async function allCharges({ admin }: Shop): Promise<Charge[]> {
  const found: Charge[] = [];
  let cursor: string | null = null;
  do {
    const page: { body: { items: Charge[]; nextCursor: string | null } } = await admin
      .get('/admin/v1/payments/sandbox/charges')
      .query({ limit: 100, ...(cursor === null ? {} : { cursor }) })
      .expect(200);
    found.push(...page.body.items);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return found;
}

/** What they hold of one order. */
export async function chargesOf(shop: Shop, orderId: string): Promise<Charge[]> {
  return (await allCharges(shop)).filter((charge) => charge.orderId === orderId);
}

export async function stockOf({ admin }: Shop, sku: string) {
  const { body } = await admin.get('/admin/v1/stock').query({ sku }).expect(200);
  return body.items[0];
}
