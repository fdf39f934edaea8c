import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Inventory } from '../contract/index.ts';
import { newDispatch, newOrder, newSkus, StockRoom } from './stock-room.ts';

const THRESHOLDS = '/admin/v1/stock/thresholds';

async function watch(shop: World, sku: string, threshold: number): Promise<void> {
  await shop.admin.put(`${THRESHOLDS}/${sku}`).send({ threshold }).expect(200);
}

/** What was available at each announcement of a SKU, the first first. */
async function announced(shop: World, sku: string): Promise<number[]> {
  const events = await new StockRoom(shop).events(sku);
  return events
    .filter(({ type }) => type === 'inventory.stockLow')
    .map(({ data }) => (data as { available: number }).available);
}

describeEachPlacement('stock that runs low', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it('is announced when it falls to the threshold, and again only after it has risen above', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 5 });
    await watch(shop, tea, 3);
    await room.reserve(newOrder(), { [tea]: 1 });
    expect(await announced(shop, tea)).toEqual([]);
    const released = newOrder();
    await room.reserve(released, { [tea]: 1 });
    await room.reserve(newOrder(), { [tea]: 1 });
    expect(await announced(shop, tea)).toEqual([3]);
    await room.release(released);
    await room.reserve(newOrder(), { [tea]: 1 });
    expect(await announced(shop, tea)).toEqual([3]);
    await room.receive({ [tea]: 2 }, 'attic');
    await room.reserve(newOrder(), { [tea]: 2 });
    expect(await announced(shop, tea)).toEqual([3, 2]);
  });

  it('is announced once, however many take the last pieces at once', async () => {
    const [tea = '', mug = ''] = newSkus('TEA', 'MUG');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 30, [mug]: 30 });
    await room.receive({ [tea]: 10, [mug]: 10 }, 'attic');
    await watch(shop, tea, 15);
    await watch(shop, mug, 15);
    await Promise.all(Array.from({ length: 40 }, () => room.reserve(newOrder(), { [tea]: 1, [mug]: 1 })));
    expect(await announced(shop, tea)).toEqual([15]);
    expect(await announced(shop, mug)).toEqual([15]);
  });

  it('is judged by what there is, also where goods come in while others go out', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 20 });
    await watch(shop, tea, 19);
    const [orders, receipts] = [Array.from({ length: 20 }, newOrder), Array.from({ length: 10 })];
    await Promise.all([
      ...orders.map((orderId) => room.reserve(orderId, { [tea]: 1 })),
      ...receipts.map(() => room.receive({ [tea]: 1 }, 'attic')),
    ]);
    const { body } = await shop.admin.get(THRESHOLDS).query({ low: true, limit: 100 }).expect(200);
    expect(body.items).toContainEqual({ sku: tea, threshold: 19, available: 10, isLow: true });
    await room.letTimePass(orders);
    await room.expire();
    const { body: fine } = await shop.admin.get(THRESHOLDS).query({ low: false, limit: 100 }).expect(200);
    expect(fine.items).toContainEqual({ sku: tea, threshold: 19, available: 30, isLow: false });
  });

  it('rises by goods that come back, and not by goods that leave', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 4 });
    await watch(shop, tea, 1);
    const orderId = await room.sell({ [tea]: 3 });
    await room.ship(orderId, newDispatch(), { [tea]: 3 });
    expect(await announced(shop, tea)).toEqual([1]);
    const lines = [{ sku: tea, quantity: 1, disposition: 'restock' as const }];
    await shop.client(Inventory).receiveReturn({ orderId, returnId: newId('ret'), lines }, shop.context());
    await room.reserve(newOrder(), { [tea]: 1 });
    expect(await announced(shop, tea)).toEqual([1, 1]);
  });

  it('is announced at once when the threshold is put above what there is', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    await new StockRoom(shop).fill({ [tea]: 4 });
    await watch(shop, tea, 3);
    await watch(shop, tea, 6);
    await watch(shop, tea, 6);
    expect(await announced(shop, tea)).toEqual([4]);
    await watch(shop, tea, 2);
    await watch(shop, tea, 4);
    expect(await announced(shop, tea)).toEqual([4, 4]);
  });

  it('misses no reservation that is made while the threshold is put', async () => {
    const shop = world();
    const room = new StockRoom(shop);
    for (let round = 0; round < 10; round += 1) {
      const [tea = ''] = newSkus('TEA');
      await room.fill({ [tea]: 3 });
      await Promise.all([room.reserve(newOrder(), { [tea]: 1 }), watch(shop, tea, 2)]);
      expect(await announced(shop, tea)).toEqual([2]);
    }
  });

  it('is announced of no SKU without a threshold', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 2 });
    await watch(shop, tea, 0);
    await shop.admin.delete(`${THRESHOLDS}/${tea}`).expect(204);
    await shop.admin.delete(`${THRESHOLDS}/${tea}`).expect(204);
    await room.reserve(newOrder(), { [tea]: 2 });
    expect(await announced(shop, tea)).toEqual([]);
    const { body } = await shop.admin.get(THRESHOLDS).query({ limit: 100 }).expect(200);
    expect(body.items.map(({ sku }: { sku: string }) => sku)).not.toContain(tea);
  });

  it('lists thresholds page by page, and refuses what makes no sense', async () => {
    const [tea = '', mug = ''] = newSkus('ZZ-TEA', 'ZZ-MUG');
    const shop = world();
    await new StockRoom(shop).fill({ [tea]: 2, [mug]: 2 });
    await watch(shop, tea, 1);
    await watch(shop, mug, 1);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: object = { limit: 1, ...(cursor === null ? {} : { cursor }) };
      const { body } = await shop.admin.get(THRESHOLDS).query(query).expect(200);
      seen.push(...body.items.map(({ sku }: { sku: string }) => sku));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining([mug, tea]));
    const unknown = await shop.admin.put(`${THRESHOLDS}/NO-SUCH`).send({ threshold: 1 }).expect(404);
    expect(unknown.body).toMatchObject({ code: 'inventory.stock_unknown', sku: 'NO-SUCH' });
    for (const threshold of [-1, 0.5, '3', null]) {
      await shop.admin.put(`${THRESHOLDS}/${tea}`).send({ threshold }).expect(422);
    }
    await shop.admin.get(THRESHOLDS).query({ low: 'maybe' }).expect(422);
    await shop.store.get(THRESHOLDS).expect(401);
  });
});
