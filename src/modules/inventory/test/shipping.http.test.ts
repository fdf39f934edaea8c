import { afterEach, expect, it } from '@jest/globals';
import { describeEachPlacement } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Inventory, type Disposition } from '../contract/index.ts';
import { countOf, newDispatch, newOrder, newSkus, outcomes, StockRoom } from './stock-room.ts';

const NOT_ALLOCATED = Inventory.errors.notAllocated.code;
const UNDONE = Inventory.errors.dispatchUndone.code;

describeEachPlacement('goods that leave', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it('are taken off the shelf in as many parcels as it takes, each once', async () => {
    const [tea = '', mug = ''] = newSkus('TEA', 'MUG');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5, [mug]: 5 });
    const orderId = await room.sell({ [tea]: 3, [mug]: 1 });
    const [first, second] = [newDispatch(), newDispatch()];
    await room.ship(orderId, first, { [tea]: 2 });
    await room.ship(orderId, first, { [tea]: 2 });
    expect(await room.levels(tea)).toMatchObject([{ onHand: 3, allocated: 1, available: 2 }]);
    expect(await room.levels(mug)).toMatchObject([{ onHand: 5, allocated: 1, available: 4 }]);
    await room.ship(orderId, second, { [tea]: 1, [mug]: 1 });
    expect(await room.levels(tea)).toMatchObject([{ onHand: 2, allocated: 0, available: 2 }]);
    expect(await room.levels(mug)).toMatchObject([{ onHand: 4, allocated: 0, available: 4 }]);
    expect(await room.movements(tea)).toEqual([
      ['received', 5],
      ['reserved', 3],
      ['allocated', 3],
      ['shipped', 2],
      ['shipped', 1],
    ]);
  });

  it('are never more than the order owns: all lines leave, or none', async () => {
    const [tea = '', mug = ''] = newSkus('TEA', 'MUG');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 9, [mug]: 9 });
    const orderId = await room.sell({ [tea]: 3, [mug]: 2 });
    const refusal = await room.ship(orderId, newDispatch(), { [tea]: 1, [mug]: 3 }).catch((error: unknown) => error);
    expect(Inventory.errors.notAllocated.is(refusal) && refusal.details.lines).toEqual([
      { sku: mug, requested: 3, allocated: 2 },
    ]);
    const split = [2, 2].map((quantity) => ({ sku: tea, quantity }));
    const inTwo = shop
      .client(Inventory)
      .shipStock({ orderId, dispatchId: newDispatch(), lines: split }, shop.context());
    const reserved = newOrder();
    await room.reserve(reserved, { [tea]: 1 });
    const others = [reserved, newOrder()].map((other) => room.ship(other, newDispatch(), { [tea]: 1 }));
    expect(await outcomes([inTwo, ...others])).toEqual([NOT_ALLOCATED, NOT_ALLOCATED, NOT_ALLOCATED]);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 9, reserved: 1, allocated: 3 }]);
  });

  it('leave from where they were set aside, and go back there when the dispatch fails', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 3 });
    await room.receive({ [tea]: 4 }, 'attic');
    const orderId = await room.sell({ [tea]: 6 });
    const dispatchId = newDispatch();
    await room.ship(orderId, newDispatch(), { [tea]: 1 });
    await room.ship(orderId, dispatchId, { [tea]: 4 });
    const shelves = async () =>
      (await room.levels(tea)).map((level) => [level.location, level.onHand, level.allocated]);
    expect(await shelves()).toEqual([
      ['attic', 2, 1],
      ['main', 0, 0],
    ]);
    await Promise.all([room.unship(orderId, dispatchId), room.unship(orderId, dispatchId)]);
    await room.unship(orderId, dispatchId);
    expect(await shelves()).toEqual([
      ['attic', 4, 3],
      ['main', 2, 2],
    ]);
    expect(await outcomes([room.ship(orderId, dispatchId, { [tea]: 4 })])).toEqual([UNDONE]);
    await room.ship(orderId, newDispatch(), { [tea]: 5 });
    expect(await shelves()).toEqual([
      ['attic', 1, 0],
      ['main', 0, 0],
    ]);
  });

  it('stay when the dispatch was undone before they left', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 3 });
    const [orderId, dispatchId] = [await room.sell({ [tea]: 3 }), newDispatch()];
    await room.unship(orderId, dispatchId);
    await room.unship(orderId, dispatchId);
    expect(await outcomes([room.ship(orderId, dispatchId, { [tea]: 3 })])).toEqual([UNDONE]);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 3, allocated: 3 }]);
  });

  it('are shared out rightly when many parcels leave, fail and leave again at once', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 20 });
    await room.receive({ [tea]: 20 }, 'attic');
    const orderId = await room.sell({ [tea]: 30 });
    const shipped = await outcomes(
      Array.from({ length: 20 }, async (_, parcel) => {
        const dispatchId = newDispatch();
        await room.ship(orderId, dispatchId, { [tea]: 2 });
        if (parcel % 4 === 0) await room.unship(orderId, dispatchId);
      }),
    );
    expect(countOf('done', shipped) + countOf(NOT_ALLOCATED, shipped)).toBe(20);
    const levels = await room.levels(tea);
    const sum = (count: 'onHand' | 'allocated') => levels.reduce((total, level) => total + level[count], 0);
    expect(40 - sum('onHand')).toBe(30 - sum('allocated'));
    await room.expectBooksToAgree();
    await room.release(orderId);
    expect((await room.levels(tea)).every(({ allocated }) => allocated === 0)).toBe(true);
  });

  it('leave the rest of the order to be given back', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5 });
    const orderId = await room.sell({ [tea]: 4 });
    await room.ship(orderId, newDispatch(), { [tea]: 1 });
    await room.release(orderId);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 4, allocated: 0, available: 4 }]);
    expect((await room.events(orderId)).at(-1)).toMatchObject({ data: { lines: [{ sku: tea, quantity: 3 }] } });
    const all = await room.sell({ [tea]: 4 });
    await room.ship(all, newDispatch(), { [tea]: 4 });
    await room.allocate(all);
    await room.release(all);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 0, allocated: 0, available: 0 }]);
  });
});

describeEachPlacement('goods that come back', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it('are for sale again or written off, once, and the ledger shows which', async () => {
    const [tea = '', mug = ''] = newSkus('TEA', 'MUG');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 5, [mug]: 2 });
    const orderId = await room.sell({ [tea]: 4, [mug]: 2 });
    await room.ship(orderId, newDispatch(), { [tea]: 4, [mug]: 2 });
    const line = (sku: string, quantity: number, disposition: Disposition) => ({ sku, quantity, disposition });
    const returned = {
      orderId,
      returnId: newId('ret'),
      lines: [line(tea, 2, 'restock'), line(tea, 1, 'write_off'), line(mug, 2, 'write_off')],
    };
    const receive = () => shop.client(Inventory).receiveReturn(returned, shop.context());
    await Promise.all([receive(), receive(), receive()]);
    await receive();
    expect(await room.levels(tea)).toMatchObject([{ onHand: 3, available: 3 }]);
    expect(await room.levels(mug)).toMatchObject([{ onHand: 0, available: 0 }]);
    expect((await room.movements(tea)).slice(-2)).toEqual([
      ['returned', 3],
      ['written_off', 1],
    ]);
    expect((await room.movements(mug)).slice(-2)).toEqual([
      ['returned', 2],
      ['written_off', 2],
    ]);
  });

  it('lie where they were taken in', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 1 });
    const orderId = await room.sell({ [tea]: 1 });
    await room.ship(orderId, newDispatch(), { [tea]: 1 });
    const lines = [{ sku: tea, quantity: 1, disposition: 'restock' as const }];
    const returned = { orderId, returnId: newId('ret'), lines, location: `desk-${tea.toLowerCase()}` };
    await shop.client(Inventory).receiveReturn(returned, shop.context());
    expect(await room.levels(tea)).toMatchObject([{ location: returned.location, onHand: 1 }, { onHand: 0 }]);
  });
});
