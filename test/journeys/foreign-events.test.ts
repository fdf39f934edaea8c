import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceKeyOf, signCall } from '../../src/shared/remote/index.ts';
import {
  buy,
  cancel,
  eventually,
  freePort,
  sell,
  startWorld,
  TEST_SECRET,
  type World,
} from '../../src/shared/testing/index.ts';
import { newId } from '../../src/shared/values/index.ts';
import { FakeService } from './fake-service.ts';

const LIMIT_MS = 60_000;
const AGAIN_LIMIT_MS = 20_000;
/** One before the last. */
const ATTEMPTS = 7;
const email = 'ada@example.com';
const CONFIRMED = 'ordering.orderConfirmed';
const CANCELLED = 'ordering.orderCancelled';
const DISPATCHED = 'fulfilment.shipmentDispatched';

describe('a service in fulfilment’s place', () => {
  let service: FakeService;
  let shop: World;
  let stop: () => Promise<void>;
  let port: number;

  beforeAll(async () => {
    service = await FakeService.open();
    port = await freePort();
    const placement = { name: 'with a fake', calls: 'direct', queues: 'postgres' } as const;
    const environment = { BANYAN_FOREIGN_FULFILMENT: service.url, BANYAN_INTERNAL_PORT: String(port) };
    ({ world: shop, stop } = await startWorld(placement, environment));
  }, LIMIT_MS);
  beforeEach(() => {
    service.answer = () => 204;
  });
  afterAll(async () => {
    await stop();
    await service.close();
  });

  const typesOf = (orderId: string): string[] => service.of(orderId).map(({ type }) => type);

  it(
    'hears all of an order in order, and again what it has not said that it has',
    async () => {
      service.answer = ({ id, type }) =>
        type === CONFIRMED && service.heard.filter((each) => each.id === id).length === 1 ? null : 204;
      const order = await buy(shop, [await sell(shop, { tracked: false })]);
      await cancel(shop, order.id);
      await eventually(() => expect(typesOf(order.id)).toContain(CANCELLED), AGAIN_LIMIT_MS);
      expect(typesOf(order.id)).toEqual([CONFIRMED, CONFIRMED, CANCELLED]);
      const [first, second, cancelled] = service.of(order.id);
      expect(second).toEqual(first);
      expect(cancelled?.sequence).toBeGreaterThan(first?.sequence ?? 0);
    },
    LIMIT_MS,
  );

  it('that refuses an event for good leaves a dead letter, which an operator sends again', async () => {
    service.answer = () => 422;
    const order = await buy(shop, [await sell(shop, { tracked: false })]);
    const inbox = shop.database('fulfilment').single(shop.context());
    await eventually(async () => {
      const set = `update inbox set attempts = ${ATTEMPTS}, due_at = now() where subject = $1 and status = 'retrying'`;
      expect(await inbox.run(set, [order.id])).toBe(1);
    });
    const letter = await eventually(async () => {
      const { body } = await shop.admin.get('/admin/v1/system/dead-letters').expect(200);
      const found = body.items.find(({ subject }: { subject: string }) => subject === order.id);
      expect(found).toMatchObject({ module: 'fulfilment', type: CONFIRMED, error: { name: 'EventRefused' } });
      return found as { id: string; error: { message: string } };
    });
    expect(letter.error.message).toBe('fulfilment answered 422: no thank you');
    service.answer = () => 204;
    const before = service.of(order.id).length;
    await shop.admin.post(`/admin/v1/system/dead-letters/${letter.id}/retry`).send({}).expect(204);
    await eventually(() => expect(service.of(order.id).length).toBe(before + 1));
  });

  async function publish(event: object, { key = serviceKeyOf(TEST_SECRET, 'fulfilment'), caller = 'fulfilment' } = {}) {
    const body = JSON.stringify({ specversion: '1.0', source: 'fulfilment', type: DISPATCHED, ...event });
    const token = signCall(key, { caller, callee: 'fulfilment', operation: DISPATCHED }, body);
    const headers = { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${token}` };
    return await fetch(`http://127.0.0.1:${port}/publications/${DISPATCHED}`, { method: 'POST', headers, body });
  }

  const parcel = (orderId: string) => ({
    shipmentId: newId('shp'),
    orderId,
    orderNumber: 7,
    email,
    lines: [{ orderLineId: newId('lin'), sku: 'TEA', title: 'Tea', quantity: 1 }],
    carrier: null,
    trackingNumber: null,
    dispatchedAt: new Date().toISOString(),
  });

  it('makes known what its contract says, once for each id, and others hear it', async () => {
    const orderId = newId('ord');
    const event = { id: randomUUID(), data: parcel(orderId) };
    const statuses = await Promise.all([publish(event), publish(event), publish(event)]);
    expect(statuses.map(({ status }) => status)).toEqual([204, 204, 204]);
    await eventually(async () => {
      const { body } = await shop.admin.get('/admin/v1/messages').query({ orderId }).expect(200);
      expect(body.items).toMatchObject([{ kind: 'dispatch_notice', recipient: email }]);
    });
    const outbox = shop.database('fulfilment').reader(shop.context());
    expect(await outbox.rows(`select from outbox where data->>'orderId' = $1`, [orderId])).toHaveLength(1);
  });

  it('makes known nothing else, and nobody else does so for it', async () => {
    const event = { id: randomUUID(), data: parcel(newId('ord')) };
    const refused = await publish({ ...event, data: { ...event.data, orderNumber: 'seven' } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: 'request.invalid', faults: [{ pointer: '/data/orderNumber' }] });
    expect((await publish({ ...event, type: 'ordering.orderConfirmed' })).status).toBe(401);
    expect((await publish(event, { key: 'another key' })).status).toBe(401);
    expect((await publish(event, { key: serviceKeyOf(TEST_SECRET, 'pricing'), caller: 'pricing' })).status).toBe(401);
    expect((await publish(event)).status).toBe(204);
    expect((await publish({ ...event, data: parcel(newId('ord')) })).status).toBe(422);
  });

  it('calls others as itself with its own key, and as nobody else', async () => {
    const ask = async (caller: string): Promise<number> => {
      const operation = 'inventory.getAvailability';
      const body = JSON.stringify({
        operation,
        input: { skus: ['TEA'] },
        caller,
        principal: { kind: 'system', id: 'fulfilment' },
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        correlationId: 'c',
        causationId: null,
        timeLeftMs: 2_000,
        idempotencyKey: null,
      });
      const key = serviceKeyOf(TEST_SECRET, 'fulfilment');
      const token = signCall(key, { caller, callee: 'inventory', operation }, body);
      const headers = { authorization: `Bearer ${token}` };
      const { status } = await fetch(`http://127.0.0.1:${port}/calls/${operation}`, { method: 'POST', headers, body });
      return status;
    };
    expect(await ask('fulfilment')).toBe(200);
    expect(await ask('ordering')).toBe(401);
  });
});
