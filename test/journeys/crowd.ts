import { expect } from '@jest/globals';
import { eventually } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder, expectStock } from './books.ts';
import { allCharges, complete, fillCart, stockVariant, type Shop } from './shop.ts';

const BUYERS = 200;
const PIECES = 50;
const PRICE = 1_250;

/** What is proved is who gets the goods, however long a loaded machine takes to hand them out. */
export const CROWD_ENVIRONMENT = { CHECKOUT_WAIT_MS: '60000', PAYMENT_TIMEOUT_MS: '10000' };

/** 200 buyers come at once for 50 pieces, in a shop that has sold nothing before. */
export async function expectCrowdServed(shop: Shop): Promise<void> {
  const sku = await stockVariant(shop, { pieces: PIECES, price: PRICE });
  const carts = await Promise.all(Array.from({ length: BUYERS }, () => fillCart(shop, sku)));
  const answers = await Promise.all(carts.map((cart) => complete(shop, cart)));

  const sold = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(sold).toHaveLength(PIECES);
  expect(refused).toHaveLength(BUYERS - PIECES);
  for (const { status, body } of refused) {
    expect({ status, code: body.code, lines: body.lines }).toEqual({
      status: 409,
      code: 'inventory.out_of_stock',
      lines: [{ sku, requested: 1, available: expect.any(Number) }],
    });
  }
  const orders = sold.map(({ body }) => body.order.id as string);
  expect(new Set(orders).size).toBe(PIECES);
  for (const { body } of sold) expect(body.order.status).toBe('confirmed');

  const charges = await allCharges(shop);
  expect(charges.map(({ orderId }) => orderId).sort()).toEqual([...orders].sort());
  for (const charge of charges) expect(charge).toMatchObject({ status: 'captured', amount: { amount: PRICE } });

  await expectStock(shop, sku, { onHand: PIECES, allocated: PIECES });
  await eventually(async () => {
    const { body } = await shop.admin.get('/admin/v1/reports/sales').expect(200);
    expect(body).toMatchObject({ orders: PIECES, gross: { amount: PIECES * PRICE } });
  });
  await expectBooksInOrder(shop);
}
