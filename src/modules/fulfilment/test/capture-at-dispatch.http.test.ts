import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { gbp, Warehouse } from './warehouse.ts';

describeEachPlacement(
  'money that is held until the goods leave',
  (world) => {
    afterEach(() => new Warehouse(world()).expectBooksInOrder());

    it('is captured parcel by parcel, and all parcels together are the order’s total', async () => {
      const shop = world();
      const warehouse = new Warehouse(shop);
      const [tea, mug, wrapping] = [
        await warehouse.stock({ pieces: 9, price: 333 }),
        await warehouse.stock({ pieces: 9, price: 100 }),
        await warehouse.stock({ pieces: 0, price: 50, tracked: false }),
      ];
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2, [mug]: 1, [wrapping]: 1 });
      expect(await warehouse.order(orderId)).toMatchObject({
        totals: { total: gbp(816) },
        payment: { status: 'authorised', authorised: gbp(816), captured: gbp(0) },
      });
      const [teaLine, mugLine] = shipment.lines.map(({ orderLineId }) => orderLineId);
      const captured: number[] = [];
      const parts = [[{ orderLineId: teaLine, quantity: 1 }], [{ orderLineId: mugLine, quantity: 1 }], undefined];
      for (const [index, lines] of parts.entries()) {
        const part = (await warehouse.shipments(orderId, index + 1)).at(-1);
        await warehouse.dispatch(part?.id ?? '', lines === undefined ? {} : { lines }).expect(200);
        captured.push((await warehouse.order(orderId)).payment?.captured.amount ?? 0);
      }
      // 816 shared out by 333, 100 and 333 of 766: 354.7, 106.5, and the rest.
      expect(captured).toEqual([354, 354 + 106, 816]);
      expect(await warehouse.order(orderId)).toMatchObject({ status: 'shipped', payment: { status: 'captured' } });
    });

    it('is taken at once of an order from which no parcel will ever leave', async () => {
      const warehouse = new Warehouse(world());
      const wrapping = await warehouse.stock({ pieces: 0, price: 50, tracked: false });
      const { id: orderId } = await warehouse.buy({ [wrapping]: 2 });
      expect(await warehouse.order(orderId)).toMatchObject({
        status: 'confirmed',
        payment: { status: 'captured', captured: gbp(100) },
      });
    });

    it('stays where it is when the bank refuses: goods, order and shipment are as before, and can be tried again', async () => {
      const warehouse = new Warehouse(world());
      const tea = await warehouse.stock({ pieces: 5, price: 600 });
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 }, { token: 'tok_capture_declined' });
      const before = await warehouse.order(orderId);
      const key = randomUUID();
      const refusal = await warehouse.dispatch(shipment.id, {}, key).expect(402);
      expect(refusal.body).toMatchObject({ code: 'payments.capture_refused', orderId });
      expect((await warehouse.dispatch(shipment.id, {}, key).expect(402)).body.code).toBe('payments.capture_refused');
      expect(await warehouse.shipments(orderId, 1)).toEqual([shipment]);
      expect(await warehouse.order(orderId)).toEqual(before);
      expect(await warehouse.level(tea)).toMatchObject({ onHand: 5, allocated: 2 });
      await warehouse.dispatch(shipment.id).expect(402);
      await warehouse.cancel(orderId).expect(200);
      expect(await warehouse.level(tea)).toMatchObject({ onHand: 5, allocated: 0 });
      await eventually(async () => {
        expect(await warehouse.shipments(orderId, 1)).toMatchObject([{ status: 'cancelled' }]);
      });
    });

    it('of a rest that is cancelled is let go, and nothing of it was ever taken', async () => {
      const warehouse = new Warehouse(world());
      const tea = await warehouse.stock({ pieces: 5, price: 600 });
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3 });
      const orderLineId = shipment.lines[0]?.orderLineId;
      await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 1 }] }).expect(200);
      await warehouse.cancel(orderId).expect(200);
      expect(await warehouse.order(orderId)).toMatchObject({
        status: 'shipped',
        refunded: gbp(1_200),
        payment: { status: 'captured', captured: gbp(600), refunded: gbp(0) },
      });
      const lines = [{ sku: tea, quantity: 1, disposition: 'restock' }];
      expect((await warehouse.takeBack(orderId, lines).expect(201)).body).toMatchObject({ refund: gbp(600) });
      expect((await warehouse.order(orderId)).payment?.refunded).toEqual(gbp(600));
    });

    it('pays for what was sent, also where pieces of the rest were refunded before it was cancelled', async () => {
      const shop = world();
      const warehouse = new Warehouse(shop);
      const tea = await warehouse.stock({ pieces: 5, price: 600 });
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3 });
      const orderLineId = shipment.lines[0]?.orderLineId;
      await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 1 }] }).expect(200);
      await shop.admin
        .post(`/admin/v1/orders/${orderId}/refunds`)
        .set('Idempotency-Key', randomUUID())
        .send({ lines: [{ lineId: orderLineId, quantity: 1 }], reason: 'sold out' })
        .expect(201);
      const cancelled = await warehouse.cancel(orderId).expect(200);
      const paid = { status: 'captured', captured: gbp(1_200), refunded: gbp(600) };
      expect(cancelled.body).toMatchObject({ status: 'shipped', refunded: gbp(1_200), payment: paid });
      expect(await warehouse.order(orderId)).toMatchObject({ refunded: gbp(1_200), payment: paid });
    });
  },
  { environment: { PAYMENT_CAPTURE: 'dispatch' } },
);
