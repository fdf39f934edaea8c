import { expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../src/shared/testing/index.ts';
import { hours, minutes } from '../../src/shared/values/index.ts';
import { Inventory } from '../../src/modules/inventory/contract/index.ts';
import { expectBooksInOrder, expectStock } from './books.ts';
import { chargesOf, complete, fillCart, stockOf, stockVariant } from './shop.ts';

/** The provider decides about nothing while a suite runs, and a request does not wait for it. */
const environment = { SANDBOX_PENDING_MS: String(hours(1)), CHECKOUT_WAIT_MS: '200' };

describeEachPlacement(
  'as time goes by',
  (world) => {
    it('a checkout whose payment never comes is taken back after a quarter of an hour', async () => {
      const shop = world();
      const sku = await stockVariant(shop, { pieces: 3 });
      const { body, headers } = await complete(shop, await fillCart(shop, sku, 2), 'tok_pending').expect(202);
      expect(headers['location']).toBe(`/store/v1/orders/${body.order.id}`);
      expect(await stockOf(shop, sku)).toMatchObject({ reserved: 2, available: 1 });

      await shop.letTimePass(minutes(14));
      expect((await shop.admin.get(`/admin/v1/orders/${body.order.id}`).expect(200)).body.status).toBe('pending');
      await shop.letTimePass(minutes(2));
      await eventually(async () => {
        const order = await shop.admin.get(`/admin/v1/orders/${body.order.id}`).expect(200);
        expect(order.body.status).toBe('rejected');
      });
      await expectStock(shop, sku, { onHand: 3, allocated: 0 });
      expect((await chargesOf(shop, body.order.id)).filter(({ status }) => status === 'captured')).toEqual([]);
      await expectBooksInOrder(shop);
    });

    it('a hold on stock for a cart runs out, and what an order has bought stays its own', async () => {
      const shop = world();
      const sku = await stockVariant(shop, { pieces: 5 });
      // 201 or, where the machine is busy, 202: it does not wait here.
      const { body } = await complete(shop, await fillCart(shop, sku, 2));
      await eventually(async () => {
        const order = await shop.admin.get(`/admin/v1/orders/${body.order.id}`).expect(200);
        expect(order.body.status).toBe('confirmed');
      });
      await shop
        .client(Inventory)
        .reserveStock({ orderId: 'ord_01jd3v5x8wq2m7k4r9t6y0abcd', lines: [{ sku, quantity: 3 }] }, shop.context());
      expect(await stockOf(shop, sku)).toMatchObject({ reserved: 3, allocated: 2, available: 0 });

      await shop.letTimePass(minutes(29));
      await shop.client(Inventory).expireReservations({}, shop.context());
      expect(await stockOf(shop, sku)).toMatchObject({ reserved: 3, allocated: 2, available: 0 });
      await shop.letTimePass(minutes(2));
      await shop.client(Inventory).expireReservations({}, shop.context());
      await expectStock(shop, sku, { onHand: 5, allocated: 2 });
      await shop.letTimePass(hours(24));
      await shop.client(Inventory).expireReservations({}, shop.context());
      await expectStock(shop, sku, { onHand: 5, allocated: 2 });
    });
  },
  { environment },
);
