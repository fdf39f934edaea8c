import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../src/shared/testing/index.ts';
import { expectProblem, type Fixture } from './bad-case.ts';
import { badStaffRequests } from './bad-staff-requests.ts';
import { badStoreRequests } from './bad-store-requests.ts';
import { everythingKept, untilQuiet } from './everything-kept.ts';
import { complete, fillCart, stockVariant } from './shop.ts';

describeEachPlacement('a request that is wrong', (world) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await openShop(world());
  });

  describe.each([
    ['the shop', badStoreRequests],
    ['staff', badStaffRequests],
  ])('of %s', (_, cases) => {
    it.each(cases)('is told what is wrong with $what, and changes nothing', async (bad) => {
      const before = await everythingKept(fixture.shop);
      expectProblem(await bad.ask(fixture), bad);
      expect(await everythingKept(fixture.shop)).toEqual(before);
    });
  });
});

async function openShop(shop: World): Promise<Fixture> {
  const sku = await stockVariant(shop, { pieces: 10 });
  const { body: product } = await shop.admin.get(`/admin/v1/products/${sku.toLowerCase()}`).expect(200);
  const [bought, open] = [await fillCart(shop, sku, 2), await fillCart(shop, sku)];
  const { body: cart } = await shop.store.get(`/store/v1/carts/${open}`).expect(200);
  const { body: empty } = await shop.store.post('/store/v1/carts').send({ currency: 'GBP' }).expect(201);
  const key = 'the-key-of-the-purchase';
  const { body } = await complete(shop, bought, 'tok_ok', key).expect(201);
  const reference = 'invoice 1';
  await shop.admin
    .post('/admin/v1/orders')
    .set('Idempotency-Key', reference.replace(' ', '-'))
    .send({ currency: 'GBP', lines: [{ sku, quantity: 1 }], payment: { provider: 'manual' }, reference })
    .expect(201);
  await untilQuiet(shop);
  return { shop, sku, product, cart, emptyCart: empty.id, order: body.order, completedCart: bought, key, reference };
}
