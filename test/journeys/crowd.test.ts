import { expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder, expectStock } from './books.ts';
import { allCharges, complete, fillCart, stockVariant } from './shop.ts';

const BUYERS = 200;
const PIECES = 50;
const PRICE = 1_250;
const TEST_LIMIT_MS = 120_000;

describeEachPlacement(
  'a crowd',
  (world) => {
    it(
      'of 200 buyers for 50 pieces gets 50 orders and 150 clear refusals, and nobody pays for nothing',
      async () => {
        const shop = world();
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
      },
      TEST_LIMIT_MS,
    );
  },
  // What is proved is who gets the goods, however long a loaded machine takes to hand them out.
  { environment: { CHECKOUT_WAIT_MS: '60000', PAYMENT_TIMEOUT_MS: '10000' } },
);
