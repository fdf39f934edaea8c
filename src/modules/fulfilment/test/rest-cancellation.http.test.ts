import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { gbp, Warehouse } from './warehouse.ts';

describeEachPlacement('an order that is cancelled when a part of it has left', (world) => {
  afterEach(() => new Warehouse(world()).expectBooksInOrder());

  it('keeps what was sent and gives back the rest: goods, money and shipment', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3 });
    const orderLineId = shipment.lines[0]?.orderLineId;
    await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 1 }] }).expect(200);
    const key = randomUUID();
    const cancelled = await warehouse.cancel(orderId, key).expect(200);
    expect(cancelled.body).toMatchObject({
      status: 'shipped',
      refunded: gbp(1_200),
      payment: { captured: gbp(1_800), refunded: gbp(1_200) },
      lines: [{ shippedQuantity: 1, cancelledQuantity: 2, refundedQuantity: 2 }],
    });
    expect((await warehouse.cancel(orderId, key).expect(200)).text).toBe(cancelled.text);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 8, allocated: 0, available: 8 });
    const [sent, rest] = await eventually(async () => {
      const parts = await warehouse.shipments(orderId, 2);
      expect(parts[1]).toMatchObject({ status: 'cancelled' });
      return parts;
    });
    await warehouse.dispatch(rest?.id ?? '').expect(409);
    await warehouse.cancel(orderId).expect(409);
    await warehouse.deliver(sent?.id ?? '').expect(200);
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'delivered' });
    const lines = [{ orderLineId, quantity: 1, disposition: 'restock' }];
    expect((await warehouse.takeBack(orderId, lines).expect(201)).body).toMatchObject({ refund: gbp(600) });
    expect(await warehouse.order(orderId)).toMatchObject({ refunded: gbp(1_800) });
    expect(await warehouse.published(orderId)).toContain('shipmentCancelled');
  });

  it('gives back nothing twice of what was refunded before', async () => {
    const shop = world();
    const warehouse = new Warehouse(shop);
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3 });
    const orderLineId = shipment.lines[0]?.orderLineId;
    await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 1 }] }).expect(200);
    await shop.admin
      .post(`/admin/v1/orders/${orderId}/refunds`)
      .set('Idempotency-Key', randomUUID())
      .send({ lines: [{ lineId: orderLineId, quantity: 1 }], reason: 'sold out' })
      .expect(201);
    await warehouse.cancel(orderId).expect(200);
    const order = await warehouse.order(orderId);
    expect(order).toMatchObject({ status: 'shipped', refunded: gbp(1_200), payment: { refunded: gbp(1_200) } });
    expect(order.lines).toMatchObject([{ cancelledQuantity: 2, refundedQuantity: 2 }]);
  });

  it('or the rest is sent, never both, when both are asked for at once', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 50, price: 600 });
    for (let round = 0; round < 6; round += 1) {
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3 });
      const orderLineId = shipment.lines[0]?.orderLineId;
      await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 1 }] }).expect(200);
      const [, rest] = await warehouse.shipments(orderId, 2);
      const [sent, cancelled] = await Promise.all([warehouse.dispatch(rest?.id ?? ''), warehouse.cancel(orderId)]);
      expect([sent.status, cancelled.status].sort()).toEqual([200, 409]);
      const wasSent = sent.status === 200;
      const order = await warehouse.order(orderId);
      expect(order).toMatchObject({ status: 'shipped', refunded: gbp(wasSent ? 0 : 1_200) });
      expect(order.lines).toMatchObject([{ shippedQuantity: wasSent ? 3 : 1, cancelledQuantity: wasSent ? 0 : 2 }]);
      await eventually(async () => {
        const parts = await warehouse.shipments(orderId, 2);
        expect(parts[1]?.status).toBe(wasSent ? 'dispatched' : 'cancelled');
      });
    }
    expect(await warehouse.level(tea)).toMatchObject({ allocated: 0 });
  });
});
