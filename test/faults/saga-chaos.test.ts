import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder } from '../journeys/books.ts';
import { fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { withSeed, type SeededRandom } from './lab/seed.ts';
import { FaithfulClient, type Answer } from './saga-lab/faithful-client.ts';
import { Havoc } from './saga-lab/havoc.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(180);
const TEST_LIMIT_MS = seconds(420);
const SETTLE_LIMIT_MS = seconds(120);
const CHECKOUTS = 300;
const BUYERS_AT_ONCE = 12;
/** Plenty of some things, and of one not enough for all who want it. */
const PIECES = [1_000, 1_000, 1_000, 40];
const MOST_PIECES = 3;
const ENVIRONMENT = { PAYMENT_TIMEOUT_MS: '1500' };

/** What cards do, in proportion. */
const TOKENS = [
  ...Array.from({ length: 12 }, () => 'tok_ok'),
  'tok_declined',
  'tok_declined',
  'tok_error_once',
  'tok_slow',
  'tok_charged_then_timeout',
  'tok_pending',
  'tok_pending',
  'tok_pending_declined',
];
const ANSWERS = [
  [201, undefined],
  [402, 'payments.declined'],
  [409, 'inventory.out_of_stock'],
];

describe('a shop in which everything goes wrong', () => {
  let postgres: PostgresLab;
  let lab: ShopLab;

  beforeAll(async () => {
    buildApp();
    postgres = await PostgresLab.start();
    lab = await ShopLab.open(postgres);
  }, SUITE_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
    await postgres.stop();
  }, SUITE_LIMIT_MS);

  it(
    `sells what it can to ${CHECKOUTS} buyers, refuses the others, and its books are in order`,
    () =>
      withSeed('havoc', async (random) => {
        const shops = [await lab.start(ENVIRONMENT), await lab.start(ENVIRONMENT)];
        const carts = await fillCarts(shops[0] as RunningShop, random);
        const havoc = new Havoc({ lab, postgres, random, shops, environment: ENVIRONMENT });
        const client = new FaithfulClient(() => havoc.doors);
        const wreaked = havoc.wreak();
        const answers = await buyAll(client, carts, random);
        havoc.over();
        await wreaked;

        for (const [fault, count] of Object.entries(havoc.counts)) expect([fault, count > 0]).toEqual([fault, true]);
        expect(answers).toHaveLength(CHECKOUTS);
        const odd = answers.filter(
          ({ status, body }) => !ANSWERS.some((known) => known[0] === status && known[1] === body.code),
        );
        expect(odd).toEqual([]);
        await lab.settled(SETTLE_LIMIT_MS);
        const orders = await lab.rows<{ id: string }>(`select id from ordering.orders where status = 'confirmed'`);
        const bought = answers.flatMap(({ body }) => body.order ?? []);
        expect(bought.filter(({ status }) => status !== 'confirmed')).toEqual([]);
        const sold = bought.map(({ id }) => id);
        expect(orders.map(({ id }) => id).sort()).toEqual(sold.sort());
        expect(await client.contradictions()).toEqual([]);
        await expectBooksInOrder(havoc.doors[0] as RunningShop);
      }),
    TEST_LIMIT_MS,
  );
});

async function fillCarts(shop: RunningShop, random: SeededRandom): Promise<string[]> {
  const skus: string[] = [];
  for (const pieces of PIECES) skus.push(await stockVariant(shop, { pieces }));
  const carts: string[] = [];
  for (let count = 0; count < CHECKOUTS; count += 1) {
    carts.push(await fillCart(shop, random.pick(skus), random.integer(1, MOST_PIECES)));
  }
  return carts;
}

/** So many buyers at a time, each with the next cart. */
async function buyAll(client: FaithfulClient, carts: readonly string[], random: SeededRandom): Promise<Answer[]> {
  const waiting = carts.map((cart) => ({ cart, token: random.pick(TOKENS) }));
  const answers: Answer[] = [];
  const buyer = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      answers.push(await client.buy(next.cart, next.token));
    }
  };
  await Promise.all(Array.from({ length: BUYERS_AT_ONCE }, buyer));
  return answers;
}
