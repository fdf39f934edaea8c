import { availableParallelism, loadavg } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../src/shared/testing/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { endHold } from './saga-lab/end-hold.ts';
import { FaithfulClient, purchaseOf, type Question } from './saga-lab/faithful-client.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(180);
const TEST_LIMIT_MS = seconds(120);
const SETTLE_LIMIT_MS = seconds(60);
const PATIENCE_MS = seconds(30);
/** How soon an operator can see what has got stuck, on a machine that has time for it. */
const VISIBLE_LIMIT_MS = seconds(5);
const ATTEMPTS_BEFORE_HEALING = 4;
const PIECES = 3;

const GIVING_BACK = /^POST \/v1\/charges\/[^/]+\/(refunds|void) /;
const REFUSED = { status: 409, code: 'inventory.reservation_expired' };
const SYSTEM = '/admin/v1/system';

/** The limit on this machine, now: where others keep it busy, everything takes as much longer as they take of it. */
function visibleLimitMs(): number {
  const [lastMinute = 0] = loadavg();
  return VISIBLE_LIMIT_MS * Math.max(1, lastMinute / availableParallelism());
}

interface Stuck {
  readonly sagaId: string;
  readonly orderId: string;
  readonly question: Question;
  readonly sku: string;
}

describe('a purchase that has to be undone while its provider gives nothing back', () => {
  let lab: ShopLab;
  let shop: RunningShop;
  /** What an operator has put right by hand. */
  const handled: string[] = [];
  const client = new FaithfulClient(() => [shop]);

  beforeAll(async () => {
    buildApp();
    lab = await ShopLab.open();
    shop = await lab.start();
  }, SUITE_LIMIT_MS);
  afterEach(async () => {
    lab.provider.line.heal();
    await lab.settled(SETTLE_LIMIT_MS, handled);
    expect(await client.contradictions()).toEqual([]);
    await expectBooksInOrder(shop);
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
  }, SUITE_LIMIT_MS);

  /** The hold on the stock runs out while the provider takes its time, so that the money has to be given back. */
  const beginInVain = async (): Promise<{ question: Question; sku: string; orderId: string }> => {
    const sku = await stockVariant(shop, { pieces: PIECES });
    const cart = await fillCart(shop, sku);
    const question = purchaseOf(cart, 'tok_slow');
    const asked = client.askOnce(question);
    await endHold(lab.databaseUrl, cart);
    const [order] = await lab.rows<{ id: string }>('select id from ordering.orders where cart_id = $1', [cart]);
    // It is answered in the end, if only by 202; what counts is asked for again.
    void asked;
    return { question, sku, orderId: order?.id ?? '' };
  };

  const getStuck = async (): Promise<Stuck> => {
    const refusal = lab.provider.line.disturb(GIVING_BACK, 'refuse');
    const begun = await beginInVain();
    await refusal.arrived;
    const sagaId = await eventually(async () => {
      const { body } = await shop.admin.get(`${SYSTEM}/sagas`).query({ status: 'needs_attention' }).expect(200);
      expect(body.items).toMatchObject([{ key: begun.orderId, name: 'ordering.checkout' }]);
      return body.items[0].id as string;
    }, visibleLimitMs());
    const { body } = await shop.admin.get(`${SYSTEM}/audit`).expect(200);
    const offenders = body.items.filter(({ holds }: { holds: boolean }) => !holds);
    expect(offenders).toMatchObject([{ module: 'ordering', invariant: 'I10', offenders: [sagaId] }]);
    return { sagaId, ...begun };
  };

  const expectUndone = async ({ question, orderId, sku }: Omit<Stuck, 'sagaId'>): Promise<void> => {
    const { status, body } = await client.ask(question);
    expect({ status, code: body.code }).toEqual(REFUSED);
    const order = await shop.admin.get(`/admin/v1/orders/${orderId}`).expect(200);
    expect(order.body.status).toBe('rejected');
    expect(lab.provider.chargesOf(orderId)).toMatchObject([{ status: 'refunded' }]);
    await expectStock(shop, sku, { onHand: PIECES, allocated: 0 });
  };

  it(
    'is undone as soon as the provider is well again, and until then nobody is told that it is',
    async () => {
      const failure = lab.provider.line.disturb(GIVING_BACK, 'fail');
      const begun = await beginInVain();
      await eventually(() => expect(failure.hits).toBeGreaterThanOrEqual(ATTEMPTS_BEFORE_HEALING), PATIENCE_MS);
      const { body } = await shop.admin.get(`/admin/v1/orders/${begun.orderId}`).expect(200);
      expect(body.status).toBe('pending');
      failure.over();
      await expectUndone(begun);
    },
    TEST_LIMIT_MS,
  );

  it(
    'is seen by an operator within seconds when it is refused for good, and is undone when told to try again',
    async () => {
      const stuck = await getStuck();
      await shop.admin.post(`${SYSTEM}/sagas/${stuck.sagaId}/retry`).expect(200);
      await eventually(async () => {
        const { body } = await shop.admin.get(`${SYSTEM}/sagas/${stuck.sagaId}`).expect(200);
        expect(body.history.filter(({ what }: { what: string }) => what === 'stuck')).toHaveLength(2);
      }, PATIENCE_MS);
      lab.provider.line.heal();
      await shop.admin.post(`${SYSTEM}/sagas/${stuck.sagaId}/retry`).expect(200);
      await expectUndone(stuck);
    },
    TEST_LIMIT_MS,
  );

  it.each(['skip', 'settle'])(
    'ends as an operator says who has given the money back at the provider: %s',
    async (act) => {
      const stuck = await getStuck();
      lab.provider.giveBackByHand(stuck.orderId);
      handled.push(stuck.orderId);
      const note = 'given back at the provider';
      await shop.admin.post(`${SYSTEM}/sagas/${stuck.sagaId}/${act}`).send({ note }).expect(200);
      await expectUndone(stuck);
      const { body } = await shop.admin.get(`${SYSTEM}/actions`).query({ limit: 1 }).expect(200);
      expect(body.items).toMatchObject([{ target: stuck.sagaId, note, module: 'ordering' }]);
    },
    TEST_LIMIT_MS,
  );
});
