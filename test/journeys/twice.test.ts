import { expect, it } from '@jest/globals';
import {
  amongTables,
  describeEachPlacement,
  eventually,
  rowsAmongTables,
  type World,
} from '../../src/shared/testing/index.ts';
import { stockByLedger } from './books.ts';
import { chargesOf, complete, fillCart, stockOf, stockVariant } from './shop.ts';

describeEachPlacement('every event of a purchase, a refund and a cancellation', (world) => {
  it('comes a second time and changes nothing', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 5 });
    const kept = await complete(shop, await fillCart(shop, sku, 2)).expect(201);
    const cancelled = await complete(shop, await fillCart(shop, sku, 1)).expect(201);
    const orders: string[] = [kept.body.order.id, cancelled.body.order.id];
    await shop.admin
      .post(`/admin/v1/orders/${orders[0]}/refunds`)
      .set('Idempotency-Key', 'refund')
      .send({ amount: { amount: 100, currency: 'GBP' }, reason: 'a dent' })
      .expect(201);
    await shop.admin.post(`/admin/v1/orders/${orders[1]}/cancel`).set('Idempotency-Key', 'cancel').send({}).expect(200);

    await allDelivered(shop);
    const before = await visible(shop, sku, orders);
    expect(before.report).toMatchObject({ orders: 2, refunds: { amount: 100 + 1_250 } });
    expect(before.ofOrders.map(({ shipments }) => shipments.items.length)).toEqual([1, 1]);
    const events = await reopenAll(shop);
    // The smallest number that would still be a purchase with all its listeners.
    expect(events).toBeGreaterThan(10);
    await allDelivered(shop);
    expect(await visible(shop, sku, orders)).toEqual(before);
  });
});

/** What staff and shopper can see of it all. */
async function visible(shop: World, sku: string, orders: readonly string[]) {
  const page = async (path: string, query: object = {}) => (await shop.admin.get(path).query(query).expect(200)).body;
  return {
    report: await page('/admin/v1/reports/sales'),
    stock: await stockOf(shop, sku),
    ledger: await stockByLedger(shop, sku),
    ofOrders: await Promise.all(
      orders.map(async (orderId) => ({
        order: await page(`/admin/v1/orders/${orderId}`),
        shipments: await page('/admin/v1/shipments', { orderId }),
        messages: await page('/admin/v1/messages', { orderId }),
        charges: await chargesOf(shop, orderId),
      })),
    ),
    deadLetters: await page('/admin/v1/system/dead-letters'),
  };
}

const modulesOf = (shop: World): string[] => [...shop.application.modules.keys()];

async function allDelivered(shop: World): Promise<void> {
  await eventually(async () => {
    for (const module of modulesOf(shop)) {
      const rows = (sql: string): Promise<object[]> => rowsAmongTables(shop.layout, module, sql);
      const open = await rows(`select event_id from deliveries where state <> 'acknowledged'`);
      const unfinished = await rows(`select event_id from inbox where status <> 'done'`);
      expect([...open, ...unfinished]).toEqual([]);
    }
  });
}

/** Opens each delivery that was ever acknowledged once more, as if its acknowledgement had been lost. Returns how many. */
async function reopenAll(shop: World): Promise<number> {
  let reopened = 0;
  for (const publisher of modulesOf(shop)) {
    const { rowCount } = await amongTables(shop.layout, publisher, (client) =>
      client.query(`update deliveries set state = 'open', due_at = now()`),
    );
    reopened += rowCount ?? 0;
  }
  return reopened;
}
