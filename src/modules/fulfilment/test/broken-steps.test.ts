import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, jest } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { minutes } from '../../../shared/values/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import type { Shipment } from '../contract/index.ts';
import { breakTwice, hold, refuse } from './interference.ts';
import { gbp, Warehouse } from './warehouse.ts';

const { beginDispatch, recordDispatch, beginReturn, recordReturn } = Ordering.operations;
const { shipStock, receiveReturn } = Inventory.operations;
const { capturePayment, refundPayment } = Payments.operations;

describeEachPlacement('a dispatch of which a step breaks', (world) => {
  afterEach(async () => {
    jest.restoreAllMocks();
    await new Warehouse(world()).expectBooksInOrder();
  });

  it('goes on where it was, and nothing of it happens twice', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    let onHand = 20;
    for (const operation of [beginDispatch, shipStock, capturePayment, recordDispatch]) {
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
      breakTwice(operation);
      await warehouse.dispatch(shipment.id).expect(200);
      jest.restoreAllMocks();
      onHand -= 2;
      expect(await warehouse.level(tea)).toMatchObject({ onHand, allocated: 0 });
      expect(await warehouse.order(orderId)).toMatchObject({ status: 'shipped', lines: [{ shippedQuantity: 2 }] });
      expect(await warehouse.published(orderId)).toEqual(['shipmentOpened', 'shipmentDispatched']);
    }
  });

  it('is finished by another process where the first one stands still, and nothing of it happens twice', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    let onHand = 20;
    for (const operation of [beginDispatch, shipStock, capturePayment, recordDispatch]) {
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
      const { letGo, arrived } = hold(operation, 'first');
      const dispatching = warehouse.dispatch(shipment.id).then((answer) => answer);
      await arrived;
      await world().letTimePass(minutes(1));
      await warehouse.settled(orderId, 'dispatched');
      letGo();
      expect((await dispatching).body).toMatchObject({ id: shipment.id, status: 'dispatched' });
      jest.restoreAllMocks();
      onHand -= 2;
      expect(await warehouse.level(tea)).toMatchObject({ onHand, allocated: 0 });
      expect(await warehouse.order(orderId)).toMatchObject({ status: 'shipped', lines: [{ shippedQuantity: 2 }] });
      expect(await warehouse.published(orderId)).toEqual(['shipmentOpened', 'shipmentDispatched']);
    }
  });

  it('is taken back when it is refused, and can be tried again', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
    const refusals = [
      [shipStock, Inventory.errors.notAllocated({ orderId, lines: [] })],
      [capturePayment, Payments.errors.captureRefused({ orderId, captureId: 'dsp_1', reason: 'expired' })],
    ] as const;
    for (const [operation, refusal] of refusals) {
      refuse(operation, refusal);
      const { body } = await warehouse.dispatch(shipment.id).expect(refusal.status);
      jest.restoreAllMocks();
      expect(body).toMatchObject({ code: refusal.code });
      expect(await warehouse.shipments(orderId, 1)).toEqual([shipment]);
      expect(await warehouse.level(tea)).toMatchObject({ onHand: 20, allocated: 2 });
      expect(await warehouse.order(orderId)).toMatchObject({ status: 'confirmed' });
    }
    await warehouse.dispatch(shipment.id).expect(200);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 18, allocated: 0 });
  });

  it('is cancelled with its order, where that was cancelled before the order had agreed', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
    const { letGo, arrived } = hold(beginDispatch);
    const dispatching = warehouse.dispatch(shipment.id).then((answer) => answer);
    await arrived;
    await warehouse.cancel(orderId).expect(200);
    await eventually(async () => {
      const reader = world().database('fulfilment').reader(world().context());
      const heard = await reader.rows(`select from inbox where subject = $1 and status = 'done'`, [orderId]);
      expect(heard).toHaveLength(2);
    });
    expect(await warehouse.shipments(orderId, 1)).toMatchObject([{ status: 'dispatching' }]);
    letGo();
    const { status, body } = await dispatching;
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'ordering.not_dispatchable' });
    expect(await warehouse.shipments(orderId, 1)).toMatchObject([{ status: 'cancelled' }]);
    expect(await warehouse.published(orderId)).toEqual(['shipmentOpened', 'shipmentCancelled']);
  });
});

describeEachPlacement('a return of which a step breaks', (world) => {
  afterEach(async () => {
    jest.restoreAllMocks();
    await new Warehouse(world()).expectBooksInOrder();
  });

  it('goes on where it was, and nothing of it happens twice', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 8 });
    let returned = 0;
    for (const operation of [beginReturn, refundPayment, receiveReturn, recordReturn]) {
      breakTwice(operation);
      await warehouse.takeBack(orderId, [{ sku: tea, quantity: 2, disposition: 'restock' }]).expect(201);
      jest.restoreAllMocks();
      returned += 2;
      expect(await warehouse.level(tea)).toMatchObject({ onHand: 12 + returned });
      expect(await warehouse.order(orderId)).toMatchObject({
        refunded: gbp(returned * 600),
        payment: { refunded: gbp(returned * 600) },
        lines: [{ returnedQuantity: returned }],
      });
    }
  });

  it('is finished by another process where the first one stands still, and nothing of it happens twice', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 8 });
    let returned = 0;
    for (const operation of [beginReturn, refundPayment, receiveReturn, recordReturn]) {
      const { letGo, arrived } = hold(operation, 'first');
      const lines = [{ sku: tea, quantity: 2, disposition: 'restock' }];
      const taking = warehouse.takeBack(orderId, lines).then((answer) => answer);
      await arrived;
      await world().letTimePass(minutes(1));
      await eventually(async () => expect((await warehouse.returns(orderId))[0]?.status).toBe('completed'));
      letGo();
      expect((await taking).body).toMatchObject({ status: 'completed', refund: gbp(1_200) });
      jest.restoreAllMocks();
      returned += 2;
      expect(await warehouse.level(tea)).toMatchObject({ onHand: 12 + returned });
      expect(await warehouse.order(orderId)).toMatchObject({
        refunded: gbp(returned * 600),
        payment: { refunded: gbp(returned * 600) },
        lines: [{ returnedQuantity: returned, refundedQuantity: returned }],
      });
    }
  });

  it('changes nothing when the money cannot be given back, and can be tried again', async () => {
    const warehouse = new Warehouse(world());
    const tea = await warehouse.stock({ pieces: 20, price: 600 });
    const { orderId } = await warehouse.buyAndSend({ [tea]: 2 });
    const before = await warehouse.order(orderId);
    const lines = [{ sku: tea, quantity: 2, disposition: 'restock' }];
    refuse(refundPayment, Payments.errors.refundTooLarge({ orderId, refundable: gbp(0) }));
    const { body } = await warehouse.takeBack(orderId, lines).expect(409);
    jest.restoreAllMocks();
    expect(body).toMatchObject({ code: 'payments.refund_too_large' });
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 18 });
    const after = await warehouse.order(orderId);
    expect(after).toMatchObject({ ...before, version: after.version });
    expect(await warehouse.returns(orderId)).toMatchObject([{ status: 'refused', rejection: body.code, refund: null }]);
    await warehouse.takeBack(orderId, lines).expect(201);
    expect(await warehouse.level(tea)).toMatchObject({ onHand: 20 });
  });
});

describeEachPlacement(
  'whoever sends or takes back',
  (world) => {
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('is told where to look when it takes long, and finds it done later', async () => {
      const warehouse = new Warehouse(world());
      const tea = await warehouse.stock({ pieces: 20, price: 600 });
      const { orderId, shipment } = await warehouse.buyToSend({ [tea]: 2 });
      const key = randomUUID();
      const dispatch = hold(shipStock);
      const accepted = await warehouse.dispatch(shipment.id, {}, key).expect(202);
      expect(accepted.body).toEqual({ ...shipment, status: 'dispatching' });
      expect(accepted.headers['location']).toBe(`/admin/v1/shipments/${shipment.id}`);
      expect((await warehouse.dispatch(shipment.id).expect(409)).body.code).toBe('fulfilment.shipment_not_open');
      expect((await warehouse.cancel(orderId).expect(409)).body.code).toBe('ordering.dispatch_under_way');
      dispatch.letGo();
      await warehouse.settled(orderId, 'dispatched');
      expect((await warehouse.dispatch(shipment.id, {}, key).expect(200)).body as Shipment).toMatchObject({ part: 1 });
      jest.restoreAllMocks();

      const taking = hold(refundPayment);
      const lines = [{ sku: tea, quantity: 1, disposition: 'write_off' }];
      const pending = await warehouse.takeBack(orderId, lines).expect(202);
      expect(pending.body).toMatchObject({ status: 'pending', refund: null, endedAt: null });
      taking.letGo();
      await eventually(async () => {
        const { body } = await world().admin.get(String(pending.headers['location'])).expect(200);
        expect(body).toMatchObject({ status: 'completed', refund: gbp(600) });
      });
      await warehouse.expectBooksInOrder();
    });
  },
  // Long enough for a purchase on a loaded machine.
  { environment: { CHECKOUT_WAIT_MS: '5000' } },
);
