import { randomUUID } from 'node:crypto';
import { eventually } from '../../../src/shared/testing/index.ts';
import { seconds } from '../../../src/shared/values/index.ts';
import type { Shop } from '../../journeys/shop.ts';
import {
  buy,
  forwardPointsOf,
  giveFree,
  setAside,
  settledCase,
  type Begun,
  type Bought,
  type CrashCase,
  type Ending,
} from './crash-case.ts';

const OPENED_LIMIT_MS = seconds(30);
const TRACKING = { carrier: 'Royal Mail', trackingNumber: 'RM 1' };
/** Money is held at checkout, and captured as the goods go out. */
const CAPTURE_AT_DISPATCH = { PAYMENT_CAPTURE: 'dispatch' };

const SHIPPED: Ending = { answer: { status: 200 }, order: { status: 'shipped', charges: ['captured'] } };
const DELIVERED: Ending = { answer: { status: 200 }, order: { status: 'delivered', charges: ['captured'] } };
const RETURNED: Ending = { answer: { status: 201 }, order: { status: 'shipped', charges: ['captured'] } };
const NOT_CAPTURED: Ending = {
  answer: { status: 402, code: 'payments.capture_refused' },
  order: { status: 'confirmed', charges: ['authorised'] },
};
const NOT_REFUNDED: Ending = {
  answer: { status: 409, code: 'payments.refund_too_large' },
  order: { status: 'shipped', charges: ['captured'] },
};

/** Fulfilment hears of an order a moment after it is confirmed. */
async function shipmentOf({ admin }: Shop, orderId: string): Promise<string> {
  return await eventually(async () => {
    const { body } = await admin.get('/admin/v1/shipments').query({ orderId, status: 'open' }).expect(200);
    const [shipment] = body.items as { id: string }[];
    if (shipment === undefined) throw new Error(`no shipment of ${orderId} is open`);
    return shipment.id;
  }, OPENED_LIMIT_MS);
}

const toShipment = (shipmentId: string, orderId: string, act: string, body: object): Begun => ({
  question: { by: 'admin', path: `/admin/v1/shipments/${shipmentId}/${act}`, key: randomUUID(), body },
  orderId,
});

async function dispatch(shop: Shop, { id }: Bought, body: object): Promise<string> {
  const shipmentId = await shipmentOf(shop, id);
  await shop.admin
    .post(`/admin/v1/shipments/${shipmentId}/dispatch`)
    .set('Idempotency-Key', randomUUID())
    .send({ ...TRACKING, ...body })
    .expect(200);
  return shipmentId;
}

/** An order of which one piece has been sent. */
export async function dispatchPart(shop: Shop): Promise<Bought> {
  const order = await buy(shop);
  await dispatch(shop, order, { lines: [{ orderLineId: order.lines[0]?.id, quantity: 1 }] });
  return order;
}

const dispatchCase = (point: string, ends: Ending, token: string, extra: Partial<CrashCase> = {}): CrashCase => ({
  point,
  how: token,
  ends,
  prepare: async (shop) => {
    const { id } = await buy(shop, token);
    return toShipment(await shipmentOf(shop, id), id, 'dispatch', TRACKING);
  },
  ...extra,
});

const refusedDispatch = (what: string): CrashCase =>
  dispatchCase(`fulfilment.dispatch/${what}`, NOT_CAPTURED, 'tok_capture_declined', {
    environment: CAPTURE_AT_DISPATCH,
  });

const dispatchCases: readonly CrashCase[] = [
  ...forwardPointsOf('fulfilment.dispatch').map((point) => dispatchCase(point, SHIPPED, 'tok_ok')),
  dispatchCase('fulfilment.dispatch/capture payment/after', SHIPPED, 'tok_ok', {
    how: 'captured as the goods go out',
    environment: CAPTURE_AT_DISPATCH,
  }),
  ...[
    'take the goods/undo',
    'take the goods/undone',
    'agree with the order/undo',
    'agree with the order/undone',
    'failed',
  ].map(refusedDispatch),
];

const deliveryCase = (point: string): CrashCase => ({
  point,
  how: 'delivery',
  ends: DELIVERED,
  prepare: async (shop) => {
    const order = await buy(shop);
    return toShipment(await dispatch(shop, order, {}), order.id, 'deliver', {});
  },
});

const deliveryCases: readonly CrashCase[] = [
  ...forwardPointsOf('fulfilment.delivery').map(deliveryCase),
  settledCase(deliveryCase('fulfilment.delivery/begun'), SHIPPED.order),
];

async function returnOf(shop: Shop): Promise<Begun> {
  const order = await buy(shop);
  await dispatch(shop, order, {});
  const lines = [{ sku: order.lines[0]?.sku, quantity: 1, disposition: 'restock' }];
  const body = { orderId: order.id, lines, reason: 'too small' };
  return { question: { by: 'admin', path: '/admin/v1/returns', key: randomUUID(), body }, orderId: order.id };
}

const returnCase = (point: string): CrashCase => ({ point, how: 'return', ends: RETURNED, prepare: returnOf });

const refusedReturn = (what: string): CrashCase => ({
  point: `fulfilment.return/${what}`,
  how: 'payments refuses',
  ends: NOT_REFUNDED,
  prepare: async (shop, lab) => {
    const begun = await returnOf(shop);
    await setAside(begun.orderId ?? '', lab);
    return begun;
  },
  afterwards: giveFree,
});

const returnCases: readonly CrashCase[] = [
  ...forwardPointsOf('fulfilment.return').map(returnCase),
  ...['agree with the order/undo', 'agree with the order/undone', 'failed'].map(refusedReturn),
];

/** What happens to goods that leave, arrive and come back. */
export const goodsCases: readonly CrashCase[] = [...dispatchCases, ...deliveryCases, ...returnCases];
