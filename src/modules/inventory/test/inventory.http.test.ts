import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { Inventory } from '../contract/index.ts';
import { StockAuditReader } from '../persistence/stock-audit.reader.ts';
import { newOrder, newSkus, StockRoom } from './stock-room.ts';

const RECEIPTS = '/admin/v1/stock/receipts';

describeEachPlacement('receiving stock', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it('adds what came in to what is there, and shows it', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5 });
    await room.receive({ [tea]: 2 });
    expect(await room.levels(tea)).toEqual([
      { sku: tea, location: 'main', onHand: 7, reserved: 0, allocated: 0, available: 7 },
    ]);
  });

  it('receives the same goods once, however often they are reported', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.publish([tea]);
    const lines = [{ sku: tea, quantity: 5 }];
    const byReference = { lines, reference: `delivery note of ${tea}` };
    const first = await shop.admin.post(RECEIPTS).send(byReference).expect(201);
    const again = await shop.admin
      .post(RECEIPTS)
      .set('Idempotency-Key', `another-${tea}`)
      .send(byReference)
      .expect(201);
    expect(again.text).toBe(first.text);
    const byKey = () => shop.admin.post(RECEIPTS).set('Idempotency-Key', `key-${tea}`).send({ lines }).expect(201);
    const answers = await Promise.all([byKey(), byKey(), byKey(), byKey()]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await room.levels(tea))[0]?.onHand).toBe(10);
  });

  it('refuses a reference or a key that came with other goods', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    await new StockRoom(shop).publish([tea]);
    const send = (key: string, body: object) =>
      shop.admin
        .post(RECEIPTS)
        .set('Idempotency-Key', key)
        .send({ lines: [{ sku: tea, quantity: 5 }], ...body });
    await send(`a-${tea}`, { reference: `note-${tea}` }).expect(201);
    const reused = { status: 422, code: 'idempotency.key_reused' };
    const other = { lines: [{ sku: tea, quantity: 6 }] };
    expect((await send(`b-${tea}`, { ...other, reference: `note-${tea}` })).body).toMatchObject(reused);
    expect((await send(`a-${tea}`, { reference: `other-note-${tea}` })).body).toMatchObject(reused);
    expect((await send(`a-${tea}`, { reference: `note-${tea}`, location: 'shed' })).body).toMatchObject(reused);
  });

  it('refuses goods that the catalog does not know, and goods of which no stock is kept', async () => {
    const [tea = '', gift = ''] = newSkus('TEA', 'GIFT-WRAP');
    const shop = world();
    const room = new StockRoom(shop);
    await room.publish([tea]);
    await room.publish([gift], false);
    const lines = [tea, gift].map((sku) => ({ sku, quantity: 1 }));
    const unknown = await shop.admin.post(RECEIPTS).send({ lines: [...lines, { sku: 'NO-SUCH', quantity: 1 }] });
    expect(unknown.body).toMatchObject({ status: 422, code: 'inventory.unknown_sku', skus: ['NO-SUCH'] });
    const untracked = await shop.admin.post(RECEIPTS).send({ lines });
    expect(untracked.body).toMatchObject({ status: 422, code: 'inventory.not_tracked', skus: [gift] });
    expect(await room.levels(gift)).toEqual([]);
  });

  it('shows new goods with nothing in stock, but not those of which none is kept', async () => {
    const [tea = '', gift = ''] = newSkus('TEA', 'GIFT-WRAP');
    const room = new StockRoom(world());
    await room.publish([gift], false);
    await room.publish([tea]);
    await eventually(async () => expect((await room.levels(tea))[0]).toMatchObject({ onHand: 0, available: 0 }));
    await eventually(async () => expect(await deliveriesOpen(gift)).toBe(0));
    expect(await room.levels(gift)).toEqual([]);
  });

  it('lists stock page by page, and refuses a cursor that is none', async () => {
    const skus = newSkus('A', 'B', 'C');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill(Object.fromEntries(skus.map((sku) => [sku, 1])));
    await room.receive({ [skus[1] ?? '']: 1 }, 'shed');
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, unknown> = { limit: 2, ...(cursor === null ? {} : { cursor }) };
      const { body } = await shop.admin.get('/admin/v1/stock').query(query).expect(200);
      const page = body as { items: { sku: string; location: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ sku, location }) => `${sku} ${location}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.filter((one) => skus.includes(one.split(' ')[0] ?? ''))).toHaveLength(4);
    expect(new Set(seen).size).toBe(seen.length);
    const wrong = await shop.admin.get('/admin/v1/stock').query({ cursor: 'nonsense' });
    expect(wrong.body).toMatchObject({ status: 422, errors: [{ pointer: '/cursor', code: 'invalid_cursor' }] });
  });

  it('tells nothing to strangers', async () => {
    for (const path of ['/admin/v1/stock', '/admin/v1/stock/ledger', '/admin/v1/stock/ledger/summary']) {
      await world().store.get(path).expect(401);
    }
    await world().store.post(RECEIPTS).send({}).expect(401);
  });

  async function deliveriesOpen(sku: string): Promise<number> {
    const shop = world();
    const reader = shop.database('catalog').reader(shop.context());
    const sql = `select event_id from deliveries where subject = $1 and subscriber = 'inventory' and state = 'open'`;
    return (await reader.rows(sql, [sku])).length;
  }
});

describeEachPlacement('the stock ledger', (world) => {
  it('explains every change, newest first, page by page', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 5 });
    const orderId = newOrder();
    await room.reserve(orderId, { [tea]: 2 });
    await room.allocate(orderId);
    await room.release(orderId);
    const ledger = (query: object) => shop.admin.get('/admin/v1/stock/ledger').query({ sku: tea, ...query });
    const { body: first } = await ledger({ limit: 3 }).expect(200);
    expect(first.items).toMatchObject([
      { kind: 'deallocated', quantity: 2, reference: orderId, sku: tea, location: 'main' },
      { kind: 'allocated', quantity: 2, reference: orderId },
      { kind: 'reserved', quantity: 2, reference: orderId },
    ]);
    const { body: second } = await ledger({ limit: 3, cursor: first.nextCursor }).expect(200);
    expect(second).toMatchObject({ items: [{ kind: 'received', quantity: 5 }], nextCursor: null });
  });

  it('sums what occurred on the days asked for, whenever it was entered', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    await new StockRoom(shop).fill({ [tea]: 9 });
    const orders: [string, number][] = [
      ['2010-12-01T08:26:00Z', 2],
      ['2010-12-01T23:59:59Z', 3],
      ['2010-12-02T00:00:00Z', 4],
    ];
    for (const [occurredAt, quantity] of orders) {
      const orderId = newOrder();
      const client = shop.client(Inventory);
      await client.reserveStock({ orderId, lines: [{ sku: tea, quantity }], occurredAt }, shop.context());
      await client.allocateStock({ orderId }, shop.context());
    }
    const summary = (from: string, to: string) => shop.admin.get('/admin/v1/stock/ledger/summary').query({ from, to });
    expect((await summary('2010-12-01', '2010-12-02').expect(200)).body).toEqual({
      items: [
        { kind: 'allocated', quantity: 5, entries: 2 },
        { kind: 'reserved', quantity: 5, entries: 2 },
      ],
    });
    const { body } = await summary('2010-12-01T08:26:00Z', '2010-12-01T08:26:01Z').expect(200);
    expect(body.items[0]).toEqual({ kind: 'allocated', quantity: 2, entries: 1 });
    expect((await summary('yesterday', '2010-12-02')).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/from' }],
    });
  });

  it('shows a count that it cannot explain', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5 });
    await room.reserve(newOrder(), { [tea]: 2 });
    const undo = new Error('only a rehearsal');
    let found: unknown;
    const rehearsal = room.change(async (work) => {
      await work.run('update stock_items set on_hand = 6, reserved = 1 where sku = $1', [tea]);
      found = await new StockAuditReader().differences(work, 10);
      throw undo;
    });
    await expect(rehearsal).rejects.toBe(undo);
    expect(found).toEqual([
      { sku: tea, location: 'main', count: 'onHand', stock: 6, ledger: 5, reservations: null },
      { sku: tea, location: 'main', count: 'reserved', stock: 1, ledger: 2, reservations: 2 },
    ]);
  });
});
