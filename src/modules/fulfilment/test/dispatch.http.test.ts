import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Shipment } from '../contract/index.ts';
import { gbp, Warehouse } from './warehouse.ts';

describeEachPlacement('a shipment', (world) => {
  afterEach(() => new Warehouse(world()).expectBooksInOrder());

  it('leaves: its goods are off the shelf, its order is shipped, and then delivered', async () => {
    const warehouse = new Warehouse(world());
    const [tea, mug] = [
      await warehouse.stock({ pieces: 5, price: 600 }),
      await warehouse.stock({ pieces: 5, price: 250 }),
    ];
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2, [mug]: 1 });
    const tracking = { carrier: 'Royal Mail', trackingNumber: 'RM 1234 5678 9GB' };
    const { body, headers } = await warehouse.dispatch(shipment.id, tracking).expect(200);
    expect(body).toEqual({ ...shipment, ...tracking, status: 'dispatched', dispatchedAt: expect.any(String) });
    expect(headers['location']).toBe(`/admin/v1/shipments/${shipment.id}`);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 3, allocated: 0, available: 3 });
    const shipped = await warehouse.order(orderId);
    expect(shipped).toMatchObject({ status: 'shipped', payment: { captured: gbp(1_450), refunded: gbp(0) } });
    expect(shipped.lines.map(({ shippedQuantity }) => shippedQuantity)).toEqual([2, 1]);

    const delivered = await warehouse.deliver(shipment.id).expect(200);
    expect(delivered.body).toEqual({ ...(body as Shipment), status: 'delivered', deliveredAt: expect.any(String) });
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'delivered' });
    expect(await warehouse.published(orderId)).toEqual(['shipmentOpened', 'shipmentDispatched', 'shipmentDelivered']);
  });

  it('may leave in parts: what stays is the next part, and the order is delivered with the last of them', async () => {
    const warehouse = new Warehouse(world());
    const [tea, mug] = [
      await warehouse.stock({ pieces: 5, price: 600 }),
      await warehouse.stock({ pieces: 5, price: 250 }),
    ];
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 3, [mug]: 1 });
    const [teaLine, mugLine] = shipment.lines.map(({ orderLineId }) => orderLineId);
    const part = await warehouse.dispatch(shipment.id, { lines: [{ orderLineId: teaLine, quantity: 2 }] }).expect(200);
    expect(part.body).toMatchObject({ part: 1, status: 'dispatched', lines: [{ orderLineId: teaLine, quantity: 2 }] });
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'partly_shipped' });
    const [, next] = await warehouse.shipments(orderId, 2);
    expect(next).toEqual({
      ...shipment,
      id: expect.stringMatching(/^shp_/),
      part: 2,
      lines: [
        { ...shipment.lines[0], quantity: 1 },
        { ...shipment.lines[1], quantity: 1 },
      ],
      openedAt: expect.any(String),
    });
    await warehouse.deliver(shipment.id).expect(200);
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'partly_shipped' });

    const mugOnly = [{ orderLineId: mugLine, quantity: 1 }];
    await warehouse.dispatch(next?.id ?? '', { lines: mugOnly }).expect(200);
    const [, second, last] = await warehouse.shipments(orderId, 3);
    await warehouse.dispatch(last?.id ?? '').expect(200);
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'shipped' });
    await warehouse.deliver(last?.id ?? '').expect(200);
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'shipped' });
    await warehouse.deliver(second?.id ?? '').expect(200);
    expect(await warehouse.order(orderId)).toMatchObject({ status: 'delivered' });
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 2, allocated: 0 });
  });

  it('leaves once for a key, with the same answer each time', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 5, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
    const [key, delivery] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 5 }, () => warehouse.dispatch(shipment.id, {}, key)));
    const delivered = await warehouse.deliver(shipment.id, delivery).expect(200);
    answers.push(await warehouse.dispatch(shipment.id, {}, key));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await warehouse.deliver(shipment.id, delivery).expect(200)).text).toBe(delivered.text);
    expect((await warehouse.deliver(shipment.id).expect(200)).text).toBe(delivered.text);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 3, allocated: 0 });
    expect(await warehouse.published(orderId)).toEqual(['shipmentOpened', 'shipmentDispatched', 'shipmentDelivered']);
    const other = await warehouse.dispatch(shipment.id, { carrier: 'DPD' }, key).expect(422);
    expect(other.body).toMatchObject({ code: 'idempotency.key_reused' });
  });

  it('leaves once when several people send it at once', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 5, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => warehouse.dispatch(shipment.id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'fulfilment.shipment_not_open' });
    }
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 3, allocated: 0 });
    expect((await warehouse.order(orderId)).lines).toMatchObject([{ shippedQuantity: 2 }]);
  });

  it('holds what it holds: nothing else can be sent with it', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 5, price: 600 });
    const { shipment } = await warehouse.buyToSend({ [tea]: 2 });
    const orderLineId = shipment.lines[0]?.orderLineId;
    const send = (lines: readonly object[]) => warehouse.dispatch(shipment.id, { lines });
    const refused = { code: 'fulfilment.not_in_shipment', quantity: 2 };
    expect((await send([{ orderLineId, quantity: 3 }]).expect(409)).body).toMatchObject(refused);
    const twice = [1, 2].map((quantity) => ({ orderLineId, quantity }));
    expect((await send(twice).expect(409)).body).toMatchObject(refused);
    const other = await send([{ orderLineId: newId('lin'), quantity: 1 }]).expect(409);
    expect(other.body).toMatchObject({ ...refused, quantity: 0 });
    for (const lines of [[], [{ orderLineId, quantity: 0 }], [{ orderLineId }]]) await send(lines).expect(422);
    await warehouse.dispatch(shipment.id, { carrier: ' ' }).expect(422);
    await warehouse.dispatch(newId('shp')).expect(404);
    const early = await warehouse.deliver(shipment.id).expect(409);
    expect(early.body).toMatchObject({ code: 'fulfilment.shipment_not_dispatched', status: 409 });
    await warehouse.deliver(newId('shp')).expect(404);
    const keyless = await world().admin.post(`/admin/v1/shipments/${shipment.id}/dispatch`).send({});
    expect(keyless.body).toMatchObject({ code: 'idempotency.key_missing' });
    expect(await warehouse.shipments(shipment.orderId, 1)).toEqual([shipment]);
  });

  it('is sent or its order is cancelled, never both, when both are asked for at once', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 100, price: 600 });
    const seen = new Set<string>();
    let onHand = 100;
    for (let round = 0; round < 12; round += 1) {
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
      const [sent, cancelled] = await Promise.all([warehouse.dispatch(shipment.id), warehouse.cancel(orderId)]);
      const answers = `${sent.status} ${cancelled.status}`;
      seen.add(answers);
      const { status, payment } = await warehouse.order(orderId);
      if (answers === '200 409') {
        expect(cancelled.body.code).toMatch(/^ordering\.(dispatch_under_way|not_cancellable)$/);
        expect(status).toBe('shipped');
        expect(payment?.refunded).toEqual(gbp(0));
        onHand -= 2;
      } else {
        expect(answers).toBe('409 200');
        expect(sent.body.code).toMatch(/^(ordering\.not_dispatchable|fulfilment\.shipment_not_open)$/);
        expect(status).toBe('cancelled');
        expect(payment?.refunded).toEqual(gbp(1_200));
      }
      const wanted = answers === '200 409' ? 'dispatched' : 'cancelled';
      await warehouse.settled(orderId, wanted);
    }
    expect(await warehouse.level(tea)).toMatchObject({ onHand, allocated: 0, available: onHand });
    expect([...seen].every((answers) => ['200 409', '409 200'].includes(answers))).toBe(true);
  });
});
