import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../src/shared/testing/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder } from '../journeys/books.ts';
import { fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { FaithfulClient } from './saga-lab/faithful-client.ts';
import type { DisturbanceKind } from './saga-lab/provider-line.ts';
import { commitsAdded, countCommits } from './saga-lab/saga-commits.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(180);
const TEST_LIMIT_MS = seconds(120);
const SETTLE_LIMIT_MS = seconds(60);
const PATIENCE_MS = seconds(30);
/** Shorter than tok_slow takes to answer, so that each request for it is given up before it is carried out. */
const PAYMENT_TIMEOUT_MS = '1000';

/** To those of its steps, without the signs of life of an owner that takes long. */
const COMMITS_OF_A_SAGA = 3;

const CHARGE = /^POST \/v1\/charges /;
const ANYTHING = /./;

interface Trouble {
  readonly what: string;
  readonly pattern: RegExp;
  readonly kind: DisturbanceKind;
  readonly times: number;
}

const troubles: readonly Trouble[] = [
  { what: 'fails three times', pattern: CHARGE, kind: 'fail', times: 3 },
  { what: 'does not answer twice', pattern: CHARGE, kind: 'hang', times: 2 },
  { what: 'charges and its answer is lost', pattern: CHARGE, kind: 'lose', times: 1 },
  { what: 'charges, and whatever it is asked then is lost, too', pattern: ANYTHING, kind: 'lose', times: 3 },
  { what: 'charges and does not answer in time', pattern: CHARGE, kind: 'hold answer', times: 1 },
  { what: 'hears of a charge when it has been given up', pattern: CHARGE, kind: 'hold request', times: 1 },
  { what: 'cannot be reached for a dozen requests of any kind', pattern: ANYTHING, kind: 'fail', times: 12 },
];

const tokens = ['tok_error_once', 'tok_charged_then_timeout', 'tok_slow', 'tok_pending'] as const;

describe('a payment provider that cannot be relied upon', () => {
  let lab: ShopLab;
  let shop: RunningShop;
  let sku: string;
  const client = new FaithfulClient(() => [shop]);

  beforeAll(async () => {
    buildApp();
    lab = await ShopLab.open();
    shop = await lab.start({ PAYMENT_TIMEOUT_MS });
    sku = await stockVariant(shop, { pieces: 100 });
    await countCommits(lab);
  }, SUITE_LIMIT_MS);
  afterEach(() => {
    lab.provider.line.heal();
    lab.provider.webhooks.habit = 'once';
  });
  afterAll(async () => {
    await lab.close();
  }, SUITE_LIMIT_MS);

  const expectPaidOnce = async (orderId = ''): Promise<void> => {
    expect(lab.provider.chargesOf(orderId)).toMatchObject([{ status: 'captured', refunded: 0 }]);
    await lab.settled(SETTLE_LIMIT_MS);
  };

  it.each(troubles)(
    '$what: the order is confirmed all the same, and paid once',
    async ({ pattern, kind, times }) => {
      const trouble = lab.provider.line.disturb(pattern, kind, { times });
      const { status, body } = await client.buy(await fillCart(shop, sku), 'tok_ok');
      expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
      expect(trouble.hits).toBe(times);
      // What was held is let through now: late requests and answers change nothing.
      trouble.over();
      await expectPaidOnce(body.order?.id);
    },
    TEST_LIMIT_MS,
  );

  it.each(tokens)(
    'treats a card as %s says: the order is confirmed all the same, and paid once',
    async (token) => {
      const { status, body } = await client.buy(await fillCart(shop, sku), token);
      expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
      await expectPaidOnce(body.order?.id);
    },
    TEST_LIMIT_MS,
  );

  it.each(['tok_ok', 'tok_pending'])(
    'costs a purchase by %s no more than three commits beside those of its steps, however it answers',
    async (token) => {
      const { status, body } = await client.buy(await fillCart(shop, sku), token);
      expect(status).toBe(201);
      const added = await commitsAdded(lab, body.order?.id ?? '');
      expect(added).toBeGreaterThan(0);
      expect(added).toBeLessThanOrEqual(COMMITS_OF_A_SAGA);
    },
    TEST_LIMIT_MS,
  );

  it(
    'tells by webhook that a payment is there before it answers the request: it counts once',
    async () => {
      const { webhooks, line } = lab.provider;
      const before = webhooks.delivered;
      const held = line.disturb(CHARGE, 'hold answer', { times: 1 });
      const bought = client.buy(await fillCart(shop, sku), 'tok_pending');
      await eventually(() => expect(webhooks.delivered).toBe(before + 1), PATIENCE_MS);
      held.over();
      const { status, body } = await bought;
      expect({ status, hits: held.hits }).toEqual({ status: 201, hits: 1 });
      await expectPaidOnce(body.order?.id);
    },
    TEST_LIMIT_MS,
  );

  it.each(['tok_pending', 'tok_pending_declined'])(
    'tells twice at once how %s has ended: it counts once',
    async (token) => {
      const { webhooks } = lab.provider;
      const before = webhooks.delivered;
      webhooks.habit = 'twice';
      const { status } = await client.buy(await fillCart(shop, sku), token);
      expect(status).toBe(token === 'tok_pending' ? 201 : 402);
      await eventually(() => expect(webhooks.delivered).toBe(before + 2), PATIENCE_MS);
      await lab.settled(SETTLE_LIMIT_MS);
    },
    TEST_LIMIT_MS,
  );

  it.each(['tok_pending', 'tok_pending_declined'])(
    'never tells how %s has ended: it is asked',
    async (token) => {
      const { webhooks } = lab.provider;
      const [lost, delivered] = [webhooks.lost, webhooks.delivered];
      webhooks.habit = 'never';
      const { status } = await client.buy(await fillCart(shop, sku), token);
      expect(status).toBe(token === 'tok_pending' ? 201 : 402);
      expect({ lost: webhooks.lost, delivered: webhooks.delivered }).toEqual({ lost: lost + 1, delivered });
      await lab.settled(SETTLE_LIMIT_MS);
    },
    TEST_LIMIT_MS,
  );

  it(
    'leaves books behind that agree with its own, and every request has got one answer',
    async () => {
      await lab.settled(SETTLE_LIMIT_MS);
      expect(await client.contradictions()).toEqual([]);
      await expectBooksInOrder(shop);
    },
    TEST_LIMIT_MS,
  );
});
