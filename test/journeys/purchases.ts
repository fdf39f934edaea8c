import { expect, it } from '@jest/globals';
import { eventually, type World } from '../../src/shared/testing/index.ts';
import { chargesOf, complete, fillCart, stockOf, stockVariant } from './shop.ts';

/** The checkout journey, wherever modules and their data are. `world()` is the shop, to be used inside tests. */
export function purchases(world: () => World): void {
  cartsThatAreBought(world);
  cartsThatWait(world);
  ordersThatExist(world);
}

function cartsThatAreBought(world: () => World): void {
  it('turns a cart into a confirmed order, and everyone who cares hears of it', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 5 });
    const { body } = await complete(shop, await fillCart(shop, sku, 2)).expect(201);
    expect(body.order).toMatchObject({ status: 'confirmed', totals: { total: { amount: 2_500, currency: 'GBP' } } });
    expect(await stockOf(shop, sku)).toMatchObject({ onHand: 5, reserved: 0, allocated: 2, available: 3 });
    expect(await chargesOf(shop, body.order.id)).toMatchObject([{ status: 'captured', amount: { amount: 2_500 } }]);
    await eventually(async () => {
      const shipments = await shop.admin.get('/admin/v1/shipments').query({ orderId: body.order.id });
      const messages = await shop.admin.get('/admin/v1/messages').query({ orderId: body.order.id });
      expect(shipments.body.items).toHaveLength(1);
      expect(messages.body.items).toHaveLength(1);
    });
    await shop.store.get(`/store/v1/orders/${body.order.id}`).set('Order-Token', body.order.accessToken).expect(200);
    await shop.store.get(`/store/v1/orders/${body.order.id}`).set('Order-Token', 'guessed').expect(404);
  });

  it('declines without a trace, and takes the same cart with another card', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 1 });
    const cart = await fillCart(shop, sku);
    const refusal = await complete(shop, cart, 'tok_declined').expect(402);
    expect(refusal.body.code).toBe('payments.declined');
    expect(await stockOf(shop, sku)).toMatchObject({ reserved: 0, allocated: 0, available: 1 });
    await complete(shop, cart, 'tok_ok').expect(201);
    expect(await stockOf(shop, sku)).toMatchObject({ allocated: 1, available: 0 });
  });

  it('says what is short, takes nothing, and leaves the cart open', async () => {
    const shop = world();
    const plenty = await stockVariant(shop, { pieces: 5 });
    const scarce = await stockVariant(shop, { pieces: 1 });
    const cart = await fillCart(shop, plenty);
    await shop.store.post(`/store/v1/carts/${cart}/lines`).send({ sku: scarce, quantity: 3 }).expect(201);
    const { body } = await complete(shop, cart).expect(409);
    expect(body).toMatchObject({
      code: 'inventory.out_of_stock',
      lines: [{ sku: scarce, requested: 3, available: 1 }],
    });
    expect(await stockOf(shop, plenty)).toMatchObject({ reserved: 0, allocated: 0 });
    const { body: open } = await shop.store.get(`/store/v1/carts/${cart}`).expect(200);
    expect(open.status).toBe('open');
  });

  it('gets through a provider that fails once, answers late, or never', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 10 });
    for (const token of ['tok_error_once', 'tok_charged_then_timeout']) {
      const { body } = await complete(shop, await fillCart(shop, sku), token).expect(201);
      expect(await chargesOf(shop, body.order.id)).toMatchObject([{ status: 'captured' }]);
    }
  });
}

function cartsThatWait(world: () => World): void {
  it('answers 202 while a payment is pending and confirms when the provider tells', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 1 });
    const { body, headers } = await complete(shop, await fillCart(shop, sku), 'tok_pending').expect(202);
    expect(headers['location']).toBe(`/store/v1/orders/${body.order.id}`);
    await eventually(async () => {
      const order = await shop.store
        .get(String(headers['location']))
        .set('Order-Token', body.order.accessToken)
        .expect(200);
      expect(order.body.status).toBe('confirmed');
    });
    expect(await chargesOf(shop, body.order.id)).toHaveLength(1);
  });

  it('completes a cart once, however often and however concurrently it is asked', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 100 });
    const cart = await fillCart(shop, sku);
    const same = await Promise.all(Array.from({ length: 10 }, () => complete(shop, cart, 'tok_ok', 'the-same-key')));
    expect(new Set(same.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    const orderId = same[0]?.body.order.id;
    const others = await Promise.all(Array.from({ length: 10 }, () => complete(shop, cart)));
    for (const { status, body } of others) {
      expect({ status, code: body.code, orderId: body.orderId }).toEqual({
        status: 409,
        code: 'ordering.cart_already_completed',
        orderId,
      });
    }
    expect(await stockOf(shop, sku)).toMatchObject({ reserved: 0, allocated: 1 });
    expect(await chargesOf(shop, orderId)).toHaveLength(1);
  });

  it('refuses a key that came with another request', async () => {
    const shop = world();
    const cart = await fillCart(shop, await stockVariant(shop, { pieces: 1 }));
    await complete(shop, cart, 'tok_ok', 'used').expect(201);
    const { body } = await complete(shop, cart, 'tok_slow', 'used').expect(422);
    expect(body.code).toBe('idempotency.key_reused');
  });
}

function ordersThatExist(world: () => World): void {
  it('lets one of twenty buyers have the last piece', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 1 });
    const carts = await Promise.all(Array.from({ length: 20 }, () => fillCart(shop, sku)));
    const answers = await Promise.all(carts.map((cart) => complete(shop, cart)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'inventory.out_of_stock')).toHaveLength(
      19,
    );
    expect(await stockOf(shop, sku)).toMatchObject({ onHand: 1, reserved: 0, allocated: 1, available: 0 });
  });

  it('cancels: the stock is back and so is the money, once', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 2 });
    const { body } = await complete(shop, await fillCart(shop, sku, 2)).expect(201);
    const path = `/admin/v1/orders/${body.order.id}/cancel`;
    const cancelled = await shop.admin
      .post(path)
      .set('Idempotency-Key', 'c1')
      .send({ reason: 'changed her mind' })
      .expect(200);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', payment: { refunded: { amount: 2_500 } } });
    await shop.admin.post(path).set('Idempotency-Key', 'c2').send({}).expect(200);
    expect(await stockOf(shop, sku)).toMatchObject({ allocated: 0, available: 2 });
    expect(await chargesOf(shop, body.order.id)).toMatchObject([{ status: 'refunded', refunded: { amount: 2_500 } }]);
  });

  it('refunds lines and amounts, never more than was paid', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 3 });
    const { body } = await complete(shop, await fillCart(shop, sku, 3)).expect(201);
    const { id, lines } = body.order;
    const refund = (key: string, content: object) =>
      shop.admin
        .post(`/admin/v1/orders/${id}/refunds`)
        .set('Idempotency-Key', key)
        .send({ reason: 'broken', ...content });
    const first = await refund('r1', { lines: [{ lineId: lines[0].id, quantity: 1 }] }).expect(201);
    expect(first.body.amount).toEqual({ amount: 1_250, currency: 'GBP' });
    const repeat = await refund('r1', { lines: [{ lineId: lines[0].id, quantity: 1 }] }).expect(201);
    expect(repeat.text).toBe(first.text);
    await refund('r2', { amount: { amount: 2_501, currency: 'GBP' } }).expect(409);
    await refund('r3', { amount: { amount: 2_500, currency: 'GBP' } }).expect(201);
    await refund('r4', { amount: { amount: 1, currency: 'GBP' } }).expect(409);
    const order = await shop.admin.get(`/admin/v1/orders/${id}`).expect(200);
    expect(order.body).toMatchObject({
      refunded: { amount: 3_750 },
      payment: { captured: { amount: 3_750 }, refunded: { amount: 3_750 } },
    });
  });
}
