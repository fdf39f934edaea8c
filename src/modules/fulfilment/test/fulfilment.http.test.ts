import { expect, it } from '@jest/globals';
import {
  describeEachPlacement,
  eventually,
  type World,
  buy,
  cancel,
  sell,
  shippingAddress,
} from '../../../shared/testing/index.ts';
import { newId, type Page } from '../../../shared/values/index.ts';
import type { Shipment } from '../contract/index.ts';

async function list(shop: World, query: string): Promise<Page<Shipment>> {
  return (await shop.admin.get(`/admin/v1/shipments?${query}`).expect(200)).body as Page<Shipment>;
}

async function shipmentOf(shop: World, orderId: string): Promise<Shipment> {
  return await eventually(async () => {
    const { items } = await list(shop, `orderId=${orderId}`);
    expect(items).toHaveLength(1);
    return items[0] as Shipment;
  });
}

describeEachPlacement('shipments', (world) => {
  it('opens a shipment of the goods when an order is confirmed', async () => {
    const shop = world();
    const [tea, wrapping] = [await sell(shop, { tracked: true }), await sell(shop, { tracked: false })];
    const order = await buy(shop, [tea, wrapping]);
    const shipment = await shipmentOf(shop, order.id);
    const [line] = order.lines.filter(({ sku }) => sku === tea);
    expect(shipment).toEqual({
      id: expect.stringMatching(/^shp_/),
      orderId: order.id,
      orderNumber: order.number,
      status: 'open',
      lines: [{ orderLineId: line?.id, sku: tea, title: line?.title, quantity: 2 }],
      shippingAddress,
      part: 1,
      carrier: null,
      trackingNumber: null,
      openedAt: expect.any(String),
      dispatchedAt: null,
      deliveredAt: null,
      cancelledAt: null,
    });
    const shown = await shop.admin.get(`/admin/v1/shipments/${shipment.id}`).expect(200);
    expect(shown.body).toEqual(shipment);
  });

  it('ships nothing of an order that has no goods', async () => {
    const shop = world();
    const [wrapping, tea] = [await sell(shop, { tracked: false }), await sell(shop, { tracked: true })];
    const order = await buy(shop, [wrapping]);
    await eventually(async () => {
      const heard = await shop
        .database('fulfilment')
        .reader(shop.context())
        .rows(`select from inbox where subject = $1 and status = 'done'`, [order.id]);
      expect(heard).toHaveLength(1);
    });
    expect((await list(shop, `orderId=${order.id}`)).items).toEqual([]);
    await shipmentOf(shop, (await buy(shop, [tea])).id);
  });

  it('cancels the open shipment of a cancelled order', async () => {
    const shop = world();
    const order = await buy(shop, [await sell(shop, { tracked: true })]);
    const opened = await shipmentOf(shop, order.id);
    await cancel(shop, order.id);
    await eventually(async () => {
      const shipment = await shipmentOf(shop, order.id);
      expect(shipment).toEqual({ ...opened, status: 'cancelled', cancelledAt: expect.any(String) });
    });
  });

  it('pages through shipments of one status, the newest first', async () => {
    const shop = world();
    const tea = await sell(shop, { tracked: true });
    const shipments: Shipment[] = [];
    for (let count = 0; count < 3; count += 1) shipments.push(await shipmentOf(shop, (await buy(shop, [tea])).id));
    const first = await list(shop, 'status=open&limit=2');
    const second = await list(shop, `status=open&limit=2&cursor=${first.nextCursor}`);
    const [oldest, middle, newest] = shipments.map(({ id }) => id);
    expect(first.items.map(({ id }) => id)).toEqual([newest, middle]);
    expect(second.items[0]?.id).toBe(oldest);
    expect((await list(shop, 'status=cancelled')).items.every(({ status }) => status === 'cancelled')).toBe(true);
  });

  it('says what is wrong with a request', async () => {
    const { admin, store } = world();
    const missing = await admin.get(`/admin/v1/shipments/${newId('shp')}`).expect(404);
    expect(missing.body).toMatchObject({ code: 'fulfilment.shipment_not_found' });
    await admin.get('/admin/v1/shipments/no-shipment').expect(404);
    const cursors = ['nonsense', Buffer.from('["no id"]').toString('base64url')];
    for (const query of [
      ...cursors.map((cursor) => `cursor=${cursor}`),
      'status=lost',
      'orderId=1',
      'limit=0',
      'sort=id',
    ]) {
      await admin.get(`/admin/v1/shipments?${query}`).expect(422);
    }
    await store.get('/admin/v1/shipments').expect(401);
  });
});
