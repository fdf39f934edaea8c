import { beforeAll, expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import type { InputOf } from '../../../shared/contract/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Pricing } from '../contract/index.ts';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });
const eur = (amount: number) => ({ amount, currency: 'EUR' });
type Quote = InputOf<typeof Pricing.operations.quoteCart>;

const quote = (shop: World, request: Partial<Quote>) =>
  shop.client(Pricing).quoteCart({ currency: 'GBP', lines: [], ...request }, shop.context());

async function publish(shop: World, sku: string, fields: object = {}): Promise<void> {
  const { status = 'published', ...variant } = fields as { status?: string };
  await shop.admin
    .post('/admin/v1/products')
    .set('Idempotency-Key', newId('key'))
    .send({
      handle: sku.toLowerCase(),
      title: sku,
      status,
      variants: [{ sku, title: `Fine ${sku}`, prices: [gbp(250), eur(300)], ...variant }],
    })
    .expect(201);
}

describeEachPlacement('a quote', (world) => {
  beforeAll(async () => {
    await publish(world(), 'TEA');
    await publish(world(), 'GIFT-WRAP', { tracked: false });
    await publish(world(), 'SECRET', { status: 'draft' });
  });

  it('keeps the lines in their order and number and adds them up', async () => {
    const lines = [
      { sku: 'GIFT-WRAP', quantity: 1, unitPrice: gbp(99), title: 'Silver paper' },
      { sku: 'TEA', quantity: 3 },
      { sku: 'GIFT-WRAP', quantity: 2 },
    ];
    const { lines: quoted, totals } = await quote(world(), { lines });
    expect(quoted.map(({ sku, tracked, quantity, total }) => [sku, tracked, quantity, total.amount])).toEqual([
      ['GIFT-WRAP', false, 1, 99],
      ['TEA', true, 3, 750],
      ['GIFT-WRAP', false, 2, 500],
    ]);
    expect(quoted[0]?.title).toBe('Silver paper');
    expect(totals).toEqual({ items: gbp(1349), discount: gbp(0), delivery: gbp(0), tax: gbp(0), total: gbp(1349) });
  });

  it('of nothing is nothing', async () => {
    expect((await quote(world(), { currency: 'EUR' })).totals.total).toEqual(eur(0));
  });

  it('refuses what is not for sale, even at a price that staff name', async () => {
    const lines = ['TEA', 'SECRET', 'NO-SUCH'].map((sku) => ({ sku, quantity: 1, unitPrice: gbp(1) }));
    await expect(quote(world(), { lines })).rejects.toMatchObject({
      code: 'pricing.unknown_sku',
      details: { skus: ['SECRET', 'NO-SUCH'] },
    });
  });

  it('refuses prices of another currency, missing prices, coupons and amounts that cannot be charged', async () => {
    const shop = world();
    const of = (unitPrice: { amount: number; currency: string }) => ({
      lines: [{ sku: 'TEA', quantity: 100_000, unitPrice }],
    });
    await expect(quote(shop, of(eur(1)))).rejects.toMatchObject({ code: 'pricing.wrong_currency' });
    await expect(quote(shop, of(gbp(1_000_000_000_000)))).rejects.toMatchObject({ code: 'pricing.amount_too_large' });
    await expect(quote(shop, { currency: 'JPY', lines: [{ sku: 'TEA', quantity: 1 }] })).rejects.toMatchObject({
      code: 'pricing.no_price',
      details: { skus: ['TEA'], currency: 'JPY' },
    });
    await expect(quote(shop, { coupon: 'SPRING' })).rejects.toMatchObject({ code: 'pricing.unknown_coupon' });
  });
});

describeEachPlacement('delivery options', (world) => {
  const path = '/admin/v1/delivery-options';

  it('are quoted as they stand at this moment', async () => {
    const shop = world();
    const put = (amount: number) =>
      shop.admin.put(`${path}/post`).send({ title: 'Post', prices: [gbp(amount), eur(500)], countries: ['IE', 'GB'] });
    const wanted = { deliveryOption: 'post', country: 'GB' };
    await expect(quote(shop, wanted)).rejects.toMatchObject({
      code: 'pricing.unknown_delivery_option',
      details: { code: 'post' },
    });
    expect((await put(399).expect(200)).body).toEqual({
      code: 'post',
      title: 'Post',
      prices: [gbp(399), eur(500)],
      countries: ['GB', 'IE'],
    });
    expect((await quote(shop, wanted)).totals).toMatchObject({ delivery: gbp(399), total: gbp(399) });
    await put(450).expect(200);
    expect((await quote(shop, wanted)).totals.delivery).toEqual(gbp(450));
    await expect(quote(shop, { ...wanted, country: 'FR' })).rejects.toMatchObject({
      code: 'pricing.unknown_delivery_option',
    });
    await shop.admin.delete(`${path}/post`).expect(204);
    await shop.admin.delete(`${path}/post`).expect(204);
    await expect(quote(shop, wanted)).rejects.toMatchObject({ code: 'pricing.unknown_delivery_option' });
  });

  it('are listed for a currency and a country, or all of them', async () => {
    const shop = world();
    await shop.admin
      .put(`${path}/boat`)
      .send({ title: 'Boat', prices: [eur(900)] })
      .expect(200);
    await shop.admin
      .put(`${path}/van`)
      .send({ title: 'Van', prices: [gbp(300), eur(350)], countries: ['GB'] })
      .expect(200);
    const codes = async (query: object) => (await shop.admin.get(path).query(query).expect(200)).body.items;
    expect(await codes({})).toMatchObject([{ code: 'boat' }, { code: 'van', prices: [gbp(300), eur(350)] }]);
    expect(await codes({ currency: 'GBP' })).toEqual([
      { code: 'van', title: 'Van', prices: [gbp(300)], countries: ['GB'] },
    ]);
    expect(await codes({ currency: 'EUR', country: 'FR' })).toMatchObject([{ code: 'boat' }]);
  });

  it('are changed by staff only, and refused where a currency has two prices', async () => {
    const shop = world();
    await shop.store.get(path).expect(401);
    await shop.store.put(`${path}/post`).send({}).expect(401);
    const { body } = await shop.admin
      .put(`${path}/post`)
      .send({ title: 'Post', prices: [gbp(1), gbp(2)] })
      .expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/prices' }]);
  });
});
