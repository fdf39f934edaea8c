import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import { minutes } from '../../../shared/values/index.ts';

const A_LITTLE_OVER_AN_HOUR_MS = minutes(61);
const gbp = (amount: number) => ({ amount, currency: 'GBP' });

/** A service at 6.00 in a cart of its own, at a till where prices can change. */
class Till {
  readonly #shop: World;
  #productId = '';
  #cartId = '';
  readonly #sku = `SKU-${randomUUID()}`;

  constructor(shop: World) {
    this.#shop = shop;
  }

  async open(): Promise<this> {
    const product = { handle: this.#sku.toLowerCase(), title: 'Wrapping', status: 'published' };
    const { body } = await this.#shop.admin
      .post('/admin/v1/products')
      .send({ ...product, variants: this.#variants(600) })
      .expect(201);
    this.#productId = (body as { id: string }).id;
    const cart = await this.#shop.store
      .post('/store/v1/carts')
      .send({ currency: 'GBP', lines: [{ sku: this.#sku, quantity: 1 }] })
      .expect(201);
    this.#cartId = (cart.body as { id: string }).id;
    return this;
  }

  async reprice(amount: number): Promise<void> {
    const change = { variants: this.#variants(amount) };
    await this.#shop.admin.patch(`/admin/v1/products/${this.#productId}`).send(change).expect(200);
  }

  complete(key: string = randomUUID()) {
    return this.#shop.store
      .post(`/store/v1/carts/${this.#cartId}/complete`)
      .set('Idempotency-Key', key)
      .send({ payment: { provider: 'sandbox', token: 'tok_ok' } });
  }

  #variants(amount: number) {
    return [{ sku: this.#sku, tracked: false, prices: [gbp(amount)] }];
  }
}

describeEachPlacement('the prices that a shopper was shown', (world) => {
  it('hold for an hour, whatever the price is by then', async () => {
    const till = await new Till(world()).open();
    await till.reprice(700);
    expect((await till.complete().expect(201)).body.order.totals.total).toEqual(gbp(600));
  });

  it('are looked up again after an hour, and where they are the same the cart is sold', async () => {
    const shop = world();
    const till = await new Till(shop).open();
    await shop.letTimePass(A_LITTLE_OVER_AN_HOUR_MS);
    const key = randomUUID();
    const sold = await till.complete(key).expect(201);
    expect(sold.body.order.totals.total).toEqual(gbp(600));
    expect((await till.complete(key).expect(201)).text).toBe(sold.text);
  });

  it('are not replaced by others behind the shopper’s back: who agrees to the new ones says so anew', async () => {
    const shop = world();
    const till = await new Till(shop).open();
    await till.reprice(700);
    await shop.letTimePass(A_LITTLE_OVER_AN_HOUR_MS);
    const key = randomUUID();
    const refused = await till.complete(key).expect(409);
    expect(refused.body).toMatchObject({ code: 'ordering.price_changed', totals: { total: gbp(700) } });
    for (let time = 0; time < 2; time += 1) {
      const { requestId: _, ...repeated } = (await till.complete(key).expect(409)).body as Record<string, unknown>;
      expect(refused.body).toMatchObject(repeated);
    }
    expect((await till.complete().expect(201)).body.order.totals.total).toEqual(gbp(700));
  });

  it('cannot be had by asking many times at once with one key: all hear the same', async () => {
    const shop = world();
    const till = await new Till(shop).open();
    await shop.letTimePass(A_LITTLE_OVER_AN_HOUR_MS);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => till.complete(key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.order?.id}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
  });
});
