import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { FaithfulClient, purchaseOf } from './saga-lab/faithful-client.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(180);
const TEST_LIMIT_MS = seconds(120);
const SETTLE_LIMIT_MS = seconds(60);
const RIVALS = 20;
const PIECES = 50;

describe('a cart that many want to complete', () => {
  let lab: ShopLab;
  let shops: readonly [RunningShop, RunningShop];
  const client = new FaithfulClient(() => shops);

  beforeAll(async () => {
    buildApp();
    lab = await ShopLab.open();
    shops = [await lab.start(), await lab.start()];
  }, SUITE_LIMIT_MS);
  afterEach(async () => {
    await lab.settled(SETTLE_LIMIT_MS);
    expect(await client.contradictions()).toEqual([]);
    await expectBooksInOrder(shops[0]);
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
  }, SUITE_LIMIT_MS);

  /** Of one process, or of both in turn. */
  const doors = (processes: number): RunningShop[] =>
    Array.from({ length: RIVALS }, (_, at) => shops[at % processes] as RunningShop);

  describe.each([
    { where: 'in one process', processes: 1 },
    { where: 'in two processes', processes: 2 },
  ])('$where', ({ processes }) => {
    it.each(['tok_ok', 'tok_pending', 'tok_declined'])(
      'gives twenty requests with one key the same bytes, and asks %s once',
      async (token) => {
        const [shop] = shops;
        const sku = await stockVariant(shop, { pieces: PIECES });
        const question = purchaseOf(await fillCart(shop, sku), token);
        await Promise.all(doors(processes).map((door) => client.askOnce(question, door)));
        const decided = await Promise.all(doors(processes).map(() => client.ask(question)));
        expect(new Set(decided.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
        expect(decided[0]?.status).toBe(token === 'tok_declined' ? 402 : 201);
        const orders = await lab.rows<{ id: string }>('select id from ordering.orders where lines @> $1', [
          JSON.stringify([{ sku }]),
        ]);
        expect(orders.map(({ id }) => lab.provider.chargesOf(id).length)).toEqual([1]);
        await expectStock(shop, sku, { onHand: PIECES, allocated: token === 'tok_declined' ? 0 : 1 });
      },
      TEST_LIMIT_MS,
    );

    it(
      'lets one of twenty requests with keys of their own have it, and tells the others which order it became',
      async () => {
        const [shop] = shops;
        const sku = await stockVariant(shop, { pieces: PIECES });
        const cart = await fillCart(shop, sku);
        const answers = await Promise.all(
          doors(processes).map((door) => client.askOnce(purchaseOf(cart, 'tok_ok', randomUUID()), door)),
        );
        const won = answers.filter((answer) => answer?.status === 201);
        expect(won).toHaveLength(1);
        const orderId = won[0]?.body.order?.id ?? '';
        const lost = answers.filter((answer) => answer?.status === 409).map((answer) => answer?.body);
        expect(lost).toHaveLength(RIVALS - 1);
        for (const body of lost) expect(body).toMatchObject({ code: 'ordering.cart_already_completed', orderId });
        expect(lab.provider.chargesOf(orderId)).toMatchObject([{ status: 'captured' }]);
        await expectStock(shop, sku, { onHand: PIECES, allocated: 1 });
      },
      TEST_LIMIT_MS,
    );
  });
});
