import { afterEach, expect, it, jest } from '@jest/globals';
import { ContractError } from '../../../shared/errors/index.ts';
import { describeEachPlacement } from '../../../shared/testing/index.ts';
import { Inventory } from '../contract/index.ts';
import { ReservationRepository } from '../persistence/reservation.repository.ts';
import { countOf, newOrder, newSkus, outcomes, StockRoom, toLines } from './stock-room.ts';

const RELEASED = Inventory.errors.reservationReleased.code;
const EXPIRED = Inventory.errors.reservationExpired.code;
const SHORT = Inventory.errors.outOfStock.code;
const MANY_MS = 60_000;

describeEachPlacement('reservations', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it('hold goods for an order for half an hour, and say so', async () => {
    const [tea = '', mug = ''] = newSkus('TEA', 'MUG');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5, [mug]: 5 });
    const orderId = newOrder();
    const before = Date.now();
    const { reservationId, expiresAt } = await room.reserve(orderId, { [tea]: 2, [mug]: 1 });
    const heldMinutes = (Date.parse(expiresAt) - before) / 60_000;
    expect(heldMinutes).toBeGreaterThan(29);
    expect(heldMinutes).toBeLessThan(31);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 5, reserved: 2, allocated: 0, available: 3 }]);
    const lines = toLines({ [tea]: 2, [mug]: 1 });
    expect(await room.events(orderId)).toEqual([
      { type: 'inventory.stockReserved', data: { orderId, reservationId, expiresAt, lines } },
    ]);
  });

  it('hold all lines or none, and say what is short', async () => {
    const [tea = '', mug = '', tin = ''] = newSkus('TEA', 'MUG', 'TIN');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 5, [mug]: 1 });
    const error = await room.reserve(newOrder(), { [tea]: 2, [mug]: 3, [tin]: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ContractError);
    expect(Inventory.errors.outOfStock.is(error) && error.details.lines).toEqual([
      { sku: mug, requested: 3, available: 1 },
      { sku: tin, requested: 1, available: 0 },
    ]);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 0, available: 5 }]);
  });

  it('count the same goods on two lines together', async () => {
    const [tea = ''] = newSkus('TEA');
    const shop = world();
    const room = new StockRoom(shop);
    await room.fill({ [tea]: 5 });
    const twice = (quantity: number) => ({
      orderId: newOrder(),
      lines: [3, quantity].map((one) => ({ sku: tea, quantity: one })),
    });
    const reserve = (quantity: number) => shop.client(Inventory).reserveStock(twice(quantity), shop.context());
    expect(await outcomes([reserve(3)])).toEqual([SHORT]);
    expect(await outcomes([reserve(2)])).toEqual(['done']);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 5, available: 0 }]);
  });

  it('are served from the first location, and from the next where that has too few', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 3 });
    await room.receive({ [tea]: 4 }, 'attic');
    await room.receive({ [tea]: 5 }, 'barn');
    const orderId = newOrder();
    await room.reserve(orderId, { [tea]: 8 });
    const reserved = async () =>
      (await room.levels(tea)).map((level) => [level.location, level.reserved, level.allocated]);
    expect(await reserved()).toEqual([
      ['attic', 4, 0],
      ['barn', 1, 0],
      ['main', 3, 0],
    ]);
    await room.allocate(orderId);
    expect(await reserved()).toEqual([
      ['attic', 0, 4],
      ['barn', 0, 1],
      ['main', 0, 3],
    ]);
    await room.release(orderId);
    expect((await room.levels(tea)).map(({ available }) => available)).toEqual([4, 5, 3]);
    expect((await room.events(orderId)).at(-1)).toMatchObject({
      data: { reason: 'released', lines: [{ sku: tea, quantity: 8 }] },
    });
  });

  it('are made once for an order, also when nothing is left or many ask at once', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 4 });
    const orderId = newOrder();
    const answers = await Promise.all(Array.from({ length: 20 }, () => room.reserve(orderId, { [tea]: 3 })));
    expect(new Set(answers.map(({ reservationId }) => reservationId)).size).toBe(1);
    await room.allocate(orderId);
    expect(await room.reserve(orderId, { [tea]: 3 })).toEqual(answers[0]);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 0, allocated: 3, available: 1 }]);
    expect(await room.events(orderId)).toHaveLength(1);
  });

  it('become the order’s own once, and can still be given back', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 4 });
    const orderId = newOrder();
    await room.reserve(orderId, { [tea]: 3 });
    await Promise.all([room.allocate(orderId), room.allocate(orderId), room.allocate(orderId)]);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 0, allocated: 3, available: 1 }]);
    await Promise.all([room.release(orderId), room.release(orderId)]);
    await room.release(orderId);
    expect(await room.levels(tea)).toMatchObject([{ onHand: 4, allocated: 0, available: 4 }]);
    expect(await outcomes([room.allocate(orderId), room.reserve(orderId, { [tea]: 1 })])).toEqual([RELEASED, RELEASED]);
    expect(await room.events(orderId)).toHaveLength(2);
  });

  it('cannot be made for an order that was undone before it reserved', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 4 });
    const orderId = newOrder();
    expect(await outcomes([room.allocate(orderId)])).toEqual([Inventory.errors.reservationNotFound.code]);
    await room.release(orderId);
    await room.release(orderId);
    expect(await outcomes([room.reserve(orderId, { [tea]: 1 })])).toEqual([RELEASED]);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 0, available: 4 }]);
    expect(await room.events(orderId)).toEqual([]);
  });

  it('hold nothing in the end when an order is undone while it reserves', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 4 });
    for (let round = 0; round < 20; round += 1) {
      const orderId = newOrder();
      const [reserved, released] = await outcomes([room.reserve(orderId, { [tea]: 1 }), room.release(orderId)]);
      expect(['done', RELEASED]).toContain(reserved);
      expect(released).toBe('done');
      expect(await room.levels(tea)).toMatchObject([{ reserved: 0, available: 4 }]);
    }
  });

  it('end when their time is over, and then hold for nobody', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    await room.fill({ [tea]: 4 });
    const [late, prompt] = [newOrder(), newOrder()];
    await room.reserve(late, { [tea]: 1 });
    await room.reserve(prompt, { [tea]: 2 });
    await room.letTimePass([late]);
    expect(await room.expire()).toBe(1);
    expect(await room.expire()).toBe(0);
    expect(await room.levels(tea)).toMatchObject([{ reserved: 2, available: 2 }]);
    expect(await outcomes([room.allocate(late), room.reserve(late, { [tea]: 1 }), room.release(late)])).toEqual([
      EXPIRED,
      EXPIRED,
      'done',
    ]);
    expect((await room.events(late)).at(-1)).toMatchObject({
      data: { orderId: late, reason: 'expired', lines: [{ sku: tea, quantity: 1 }] },
    });
    await room.allocate(prompt);
  });

  it('end or become the order’s own, never both, when both happen at once', async () => {
    const [tea = ''] = newSkus('TEA');
    const room = new StockRoom(world());
    const orders = Array.from({ length: 30 }, newOrder);
    await room.fill({ [tea]: orders.length });
    await Promise.all(orders.map((orderId) => room.reserve(orderId, { [tea]: 1 })));
    await room.letTimePass(orders);
    const [ended, ...kept] = await Promise.all([
      room.expire(),
      ...orders.map((orderId) => outcomes([room.allocate(orderId)])),
    ]);
    const again = await room.expire();
    const all = kept.flat();
    expect(countOf('done', all) + countOf(EXPIRED, all)).toBe(orders.length);
    expect(ended + again).toBe(countOf(EXPIRED, all));
    expect(await room.levels(tea)).toMatchObject([{ reserved: 0, allocated: countOf('done', all) }]);
  });

  it(
    'that nobody claimed are all given back, however many there are',
    async () => {
      const [tea = ''] = newSkus('TEA');
      const room = new StockRoom(world());
      const orders = Array.from({ length: 220 }, newOrder);
      await room.fill({ [tea]: orders.length });
      await Promise.all(orders.map((orderId) => room.reserve(orderId, { [tea]: 1 })));
      await room.letTimePass(orders);
      const [one, other] = await Promise.all([room.expire(), room.expire()]);
      expect(one + other + (await room.expire())).toBe(orders.length);
      expect(await room.levels(tea)).toMatchObject([{ reserved: 0, available: orders.length }]);
    },
    MANY_MS,
  );
});

describeEachPlacement('a rush of buyers', (world) => {
  afterEach(() => new StockRoom(world()).expectBooksToAgree());

  it(
    'gets every piece there is and not one more',
    async () => {
      const [tea = ''] = newSkus('TEA');
      const room = new StockRoom(world());
      await room.fill({ [tea]: 50 });
      const buyers = Array.from({ length: 200 }, () => room.reserve(newOrder(), { [tea]: 1 }));
      const all = await outcomes(buyers);
      expect([countOf('done', all), countOf(SHORT, all)]).toEqual([50, 150]);
      expect(await room.levels(tea)).toMatchObject([{ onHand: 50, reserved: 50, available: 0 }]);
    },
    MANY_MS,
  );

  it(
    'may want overlapping goods in any order without blocking each other',
    async () => {
      const skus = newSkus('A', 'B', 'C', 'D', 'E', 'F');
      const room = new StockRoom(world());
      await room.fill(Object.fromEntries(skus.map((sku) => [sku, 30])));
      await room.receive(Object.fromEntries(skus.map((sku) => [sku, 30])), 'annex');
      // A transaction that lost a deadlock would be run again, and so call these again.
      const spies = (['reserve', 'allocate', 'release'] as const).map((name) =>
        jest.spyOn(ReservationRepository.prototype, name),
      );
      const all = await outcomes(
        Array.from({ length: 40 }, async (_, buyer) => {
          const turned = [...skus.slice(buyer % skus.length), ...skus.slice(0, buyer % skus.length)];
          const wanted = buyer % 2 === 0 ? turned : turned.reverse();
          const orderId = newOrder();
          await room.reserve(orderId, Object.fromEntries(wanted.slice(0, 4).map((sku) => [sku, 2])));
          if (buyer % 4 === 0) await room.allocate(orderId);
          if (buyer % 4 === 1) await room.release(orderId);
        }),
      );
      expect(countOf('done', all)).toBe(40);
      expect(spies.map((spy) => spy.mock.calls.length)).toEqual([40, 10, 10]);
      for (const spy of spies) spy.mockRestore();
    },
    MANY_MS,
  );
});
