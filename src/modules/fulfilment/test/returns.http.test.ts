import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Return } from '../contract/index.ts';
import { gbp, Warehouse } from './warehouse.ts';

const restock = (sku: string, quantity: number) => ({ sku, quantity, disposition: 'restock' });
const writeOff = (sku: string, quantity: number) => ({ sku, quantity, disposition: 'write_off' });

describeEachPlacement('goods that come back', (world) => {
  afterEach(() => new Warehouse(world()).expectBooksInOrder());

  it('are restocked or written off, and the buyer gets what was paid for them', async () => {
    const shop = world();
    const warehouse = new Warehouse(shop);
    const [tea, mug] = [
      await warehouse.stock({ pieces: 5, price: 600 }),
      await warehouse.stock({ pieces: 5, price: 250 }),
    ];
    const { orderId, shipment } = await warehouse.buyAndSend({ [tea]: 3, [mug]: 2 });
    const lines = [restock(tea, 1), writeOff(tea, 1), writeOff(mug, 1)];
    const { body, headers } = await warehouse.takeBack(orderId, lines).expect(201);
    const [teaLine, mugLine] = shipment.lines;
    expect(body).toEqual({
      id: expect.stringMatching(/^ret_/),
      orderId,
      status: 'completed',
      reason: 'does not fit',
      location: 'main',
      lines: [
        { ...teaLine, quantity: 1, disposition: 'restock' },
        { ...teaLine, quantity: 1, disposition: 'write_off' },
        { ...mugLine, quantity: 1, disposition: 'write_off' },
      ],
      refund: gbp(1_450),
      rejection: null,
      requestedAt: expect.any(String),
      endedAt: expect.any(String),
    });
    expect(headers['location']).toBe(`/admin/v1/returns/${(body as Return).id}`);
    expect((await shop.admin.get(String(headers['location'])).expect(200)).body).toEqual(body);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 3, available: 3 });
    expect(await warehouse.level(mug)).toMatchObject({ onHand: 3, available: 3 });
    const order = await warehouse.order(orderId);
    expect(order).toMatchObject({ status: 'shipped', refunded: gbp(1_450), payment: { refunded: gbp(1_450) } });
    expect(order.lines.map((line) => [line.shippedQuantity, line.returnedQuantity, line.refundedQuantity])).toEqual([
      [3, 2, 2],
      [2, 1, 1],
    ]);
    expect(await warehouse.published(orderId)).toContain('returnCompleted');
    await eventually(async () => {
      const report = await shop.admin.get('/admin/v1/reports/sales').expect(200);
      expect(report.body.refunds.amount).toBeGreaterThanOrEqual(1_450);
    });
  });

  it('come back once for a key, with the same answer each time', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 5, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 3 });
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => warehouse.takeBack(orderId, [restock(tea, 1)], {}, key)),
    );
    await warehouse.takeBack(orderId, [restock(tea, 1)]).expect(201);
    answers.push(await warehouse.takeBack(orderId, [restock(tea, 1)], {}, key));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await warehouse.order(orderId)).toMatchObject({ refunded: gbp(1_200), lines: [{ returnedQuantity: 2 }] });
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 4 });
    expect(await warehouse.returns(orderId)).toHaveLength(2);
  });

  it('are never more than was sent, also when two bring the last piece at once', async () => {
    const warehouse = new Warehouse(world());
    const [tea, mug] = [
      await warehouse.stock({ pieces: 9, price: 600 }),
      await warehouse.stock({ pieces: 9, price: 250 }),
    ];
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3, [mug]: 1 });
    const nothing = await warehouse.takeBack(orderId, [restock(tea, 1)]).expect(409);
    expect(nothing.body).toMatchObject({ code: 'fulfilment.nothing_dispatched' });
    const orderLineId = shipment.lines[0]?.orderLineId;
    await warehouse.dispatch(shipment.id, { lines: [{ orderLineId, quantity: 2 }] }).expect(200);
    const refused = { code: 'fulfilment.not_returnable', orderId };
    const unsent = await warehouse.takeBack(orderId, [restock(mug, 1)]).expect(409);
    expect(unsent.body).toMatchObject({ ...refused, sku: mug, returnable: 0 });
    const tooMany = await warehouse.takeBack(orderId, [restock(tea, 2), writeOff(tea, 1)]).expect(409);
    expect(tooMany.body).toMatchObject({ ...refused, sku: tea, returnable: 0 });
    await warehouse.takeBack(orderId, [restock(tea, 1)]).expect(201);
    const last = { orderLineId, quantity: 1, disposition: 'restock' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => warehouse.takeBack(orderId, [last])));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    for (const { body } of answers.filter(({ status }) => status === 409)) {
      expect(body).toMatchObject({ ...refused, orderLineId, returnable: 0 });
    }
    expect(await warehouse.order(orderId)).toMatchObject({
      refunded: gbp(1_200),
      lines: [{ returnedQuantity: 2 }, {}],
    });
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 9, allocated: 1 });
  });

  it('bring back to the penny what an uneven price was made of, the last piece the rest', async () => {
    const shop = world();
    const warehouse = new Warehouse(shop);
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const option = `slow-${randomUUID().slice(0, 8)}`;
    await shop.admin
      .put(`/admin/v1/delivery-options/${option}`)
      .send({ title: 'Slow', prices: [gbp(299)], countries: [] })
      .expect(200);
    const lines = [
      { sku: tea, quantity: 3, unitPrice: gbp(333) },
      { sku: tea, quantity: 2, unitPrice: gbp(100) },
    ];
    const address = { name: 'Ada Shopper', line1: '1 Market Street', city: 'Leeds', country: 'GB' };
    const placed = await shop.admin
      .post('/admin/v1/orders')
      .set('Idempotency-Key', randomUUID())
      .send({
        currency: 'GBP',
        lines,
        payment: { provider: 'manual' },
        shippingAddress: address,
        deliveryOption: option,
      })
      .expect(201);
    const orderId = (placed.body as { id: string }).id;
    const [shipment] = await warehouse.shipments(orderId, 1);
    await warehouse.dispatch(shipment?.id ?? '').expect(200);
    const refunds: number[] = [];
    for (const quantity of [1, 3, 1]) {
      const { body } = await warehouse.takeBack(orderId, [restock(tea, quantity)]).expect(201);
      refunds.push((body as Return).refund?.amount ?? 0);
    }
    expect(refunds).toEqual([333, 2 * 333 + 100, 100]);
    expect(await warehouse.order(orderId)).toMatchObject({ totals: { total: gbp(1_498) }, refunded: gbp(1_199) });
    await shop.admin.delete(`/admin/v1/delivery-options/${option}`).expect(204);
  });

  it('bring as much money as staff say, and no more than is left', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 4 });
    const give = (refund: object) => warehouse.takeBack(orderId, [restock(tea, 1)], { refund });
    expect((await give(gbp(0)).expect(201)).body).toMatchObject({ refund: gbp(0) });
    expect((await give(gbp(500)).expect(201)).body).toMatchObject({ refund: gbp(500) });
    const tooMuch = await give(gbp(1_901)).expect(409);
    expect(tooMuch.body).toMatchObject({ code: 'ordering.refund_too_large', refundable: gbp(1_900) });
    await give({ amount: 1, currency: 'EUR' }).expect(409);
    const [refusal] = await warehouse.returns(orderId);
    expect(refusal).toMatchObject({ status: 'refused', refund: null, rejection: 'ordering.refund_too_large' });
    expect((await give(gbp(1_900)).expect(201)).body).toMatchObject({ refund: gbp(1_900) });
    // All the money is back, and the goods are welcome all the same.
    expect((await warehouse.takeBack(orderId, [writeOff(tea, 1)]).expect(201)).body).toMatchObject({ refund: gbp(0) });
    const order = await warehouse.order(orderId);
    expect(order).toMatchObject({ refunded: gbp(2_400), payment: { refunded: gbp(2_400) } });
    expect(order.lines).toMatchObject([{ returnedQuantity: 4, refundedQuantity: 2 }]);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 8 });
  });

  it('are not paid for twice where a piece had been refunded before it came back', async () => {
    const shop = world();
    const warehouse = new Warehouse(shop);
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const { orderId, shipment } = await warehouse.buyAndSend({ [tea]: 3 });
    const lines = [{ lineId: shipment.lines[0]?.orderLineId, quantity: 1 }];
    await shop.admin
      .post(`/admin/v1/orders/${orderId}/refunds`)
      .set('Idempotency-Key', randomUUID())
      .send({ lines, reason: 'broken' })
      .expect(201);
    expect((await warehouse.takeBack(orderId, [writeOff(tea, 2)]).expect(201)).body).toMatchObject({
      refund: gbp(600),
    });
    expect((await warehouse.takeBack(orderId, [writeOff(tea, 1)]).expect(201)).body).toMatchObject({
      refund: gbp(600),
    });
    expect(await warehouse.order(orderId)).toMatchObject({ refunded: gbp(1_800), lines: [{ refundedQuantity: 3 }] });
  });

  it('are listed, the newest first, and asked for in clear words', async () => {
    const shop = world();
    const warehouse = new Warehouse(shop);
    const tea = await warehouse.stock({ pieces: 9, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 3 });
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      made.push(((await warehouse.takeBack(orderId, [restock(tea, 1)]).expect(201)).body as Return).id);
    }
    const list = (query: object) => shop.admin.get('/admin/v1/returns').query({ orderId, ...query });
    const first = (await list({ limit: 2, status: 'completed' }).expect(200)).body;
    const second = (await list({ limit: 2, cursor: first.nextCursor }).expect(200)).body;
    expect([...first.items, ...second.items].map(({ id }: Return) => id)).toEqual(made.reverse());
    await list({ status: 'lost' }).expect(422);
    await list({ cursor: 'nonsense' }).expect(422);
    await shop.admin.get(`/admin/v1/returns/${newId('ret')}`).expect(404);
    await shop.store.get('/admin/v1/returns').expect(401);
    const ask = (...lines: object[]) => warehouse.takeBack(orderId, lines);
    await ask().expect(422);
    await ask({ quantity: 1, disposition: 'restock' }).expect(422);
    await ask({ ...restock(tea, 1), orderLineId: newId('lin') }).expect(422);
    await ask({ sku: tea, quantity: 1 }).expect(422);
    await ask({ sku: tea, quantity: 1, disposition: 'eaten' }).expect(422);
    await warehouse.takeBack(newId('ord'), [restock(tea, 1)]).expect(409);
  });
});
