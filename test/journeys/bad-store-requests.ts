import type { BadCase, Fixture } from './bad-case.ts';

const PAST_2_53 = '9007199254740993';
const UNKNOWN_CART = 'crt_00000000000000000000000000';
const invalid = (what: string, pointer: string, ask: BadCase['ask']): BadCase => ({
  what,
  ask,
  status: 422,
  code: 'request.invalid',
  pointer,
});

const newCart =
  (body: object) =>
  ({ shop }: Fixture) =>
    shop.store.post('/store/v1/carts').send(body);
const cartOf = (quantity: unknown) => (fixture: Fixture) =>
  newCart({ currency: 'GBP', lines: [{ sku: fixture.sku, quantity }] })(fixture);
const raw =
  (text: string, type = 'application/json') =>
  (fixture: Fixture) =>
    fixture.shop.store.post('/store/v1/carts').set('Content-Type', type).send(text);
const buy =
  (body: object, cart: (fixture: Fixture) => string = ({ cart: { id } }) => id, key = 'a-new-key') =>
  (fixture: Fixture) =>
    fixture.shop.store
      .post(`/store/v1/carts/${cart(fixture)}/complete`)
      .set('Idempotency-Key', key)
      .send(body);
const change = (body: object, ifMatch?: string) => (fixture: Fixture) => {
  const asked = fixture.shop.store.patch(`/store/v1/carts/${fixture.cart.id}`).send(body);
  return ifMatch === undefined ? asked : asked.set('If-Match', ifMatch);
};
const paid = { payment: { provider: 'sandbox', token: 'tok_ok' } };

/** What a shopper's program may get wrong. */
export const badStoreRequests: readonly BadCase[] = [
  { what: 'malformed JSON', ask: raw('{"currency":'), status: 400, code: 'request.malformed_json' },
  {
    what: 'a body of 2 MB',
    ask: raw(JSON.stringify({ currency: 'GBP', email: 'x'.repeat(2_000_000) })),
    status: 413,
    code: 'request.too_large',
  },
  {
    what: 'a body that is no JSON at all',
    ask: raw('currency=GBP', 'application/x-www-form-urlencoded'),
    status: 415,
    code: 'request.unsupported_media_type',
  },
  invalid('a list where an object belongs', '', raw('[]')),
  invalid('a field that does not exist', '/colour', newCart({ currency: 'GBP', colour: 'red' })),
  invalid('a field that does not exist, deep inside', '/lines/0/price', (fixture) =>
    newCart({ currency: 'GBP', lines: [{ sku: fixture.sku, quantity: 1, price: 1 }] })(fixture),
  ),
  invalid('a number as the currency', '/currency', newCart({ currency: 826 })),
  invalid('no currency', '/currency', newCart({})),
  invalid('a currency that does not exist', '/currency', newCart({ currency: 'XXQ' })),
  invalid('a currency in small letters', '/currency', newCart({ currency: 'gbp' })),
  invalid('text where the lines belong', '/lines', newCart({ currency: 'GBP', lines: 'two' })),
  invalid('a quantity as text', '/lines/0/quantity', cartOf('2')),
  invalid('nothing of it', '/lines/0/quantity', cartOf(0)),
  invalid('less than nothing of it', '/lines/0/quantity', cartOf(-1)),
  invalid('half of it', '/lines/0/quantity', cartOf(1.5)),
  invalid('more than a warehouse of it', '/lines/0/quantity', cartOf(100_001)),
  invalid('a quantity past 2^53', '/lines/0/quantity', (fixture) =>
    raw(`{"currency":"GBP","lines":[{"sku":"${fixture.sku}","quantity":${PAST_2_53}}]}`)(fixture),
  ),
  invalid('a quantity without end', '/lines/0/quantity', (fixture) =>
    raw(`{"currency":"GBP","lines":[{"sku":"${fixture.sku}","quantity":1e999}]}`)(fixture),
  ),
  invalid('an e-mail address that is none', '/email', newCart({ currency: 'GBP', email: 'me' })),
  invalid('a character that no database keeps', '/email', newCart({ currency: 'GBP', email: 'a\u0000@b.example' })),
  invalid('a SKU that cannot be one', '/lines/0/sku', newCart({ currency: 'GBP', lines: [{ sku: '', quantity: 1 }] })),
  {
    what: 'a SKU that is not sold',
    ask: newCart({ currency: 'GBP', lines: [{ sku: 'NOT-SOLD', quantity: 1 }] }),
    status: 422,
    code: 'pricing.unknown_sku',
  },
  {
    what: 'a currency in which it has no price',
    ask: (fixture) => newCart({ currency: 'JPY', lines: [{ sku: fixture.sku, quantity: 1 }] })(fixture),
    status: 422,
    code: 'pricing.no_price',
  },
  {
    what: 'a delivery option that does not exist',
    ask: change({ deliveryOption: 'by-pigeon' }),
    status: 422,
    code: 'pricing.unknown_delivery_option',
  },
  {
    what: 'a coupon that does not exist',
    ask: change({ coupon: 'FREE-TEA' }),
    status: 422,
    code: 'pricing.unknown_coupon',
  },
  {
    what: 'a version of the cart that is no longer',
    ask: change({ email: 'new@example.com', version: 99 }),
    status: 412,
    code: 'request.stale_version',
  },
  {
    what: 'a version in If-Match that is no longer',
    ask: change({ email: 'new@example.com' }, '"99"'),
    status: 412,
    code: 'request.stale_version',
  },
  {
    what: 'an If-Match that is no version',
    ask: change({ email: 'new@example.com' }, 'yesterday'),
    status: 422,
    code: 'request.invalid',
  },
  {
    what: 'a line that is not in the cart',
    ask: ({ shop, cart }) =>
      shop.store.patch(`/store/v1/carts/${cart.id}/lines/lin_00000000000000000000000000`).send({ quantity: 2 }),
    status: 404,
    code: 'ordering.line_not_found',
  },
  {
    what: 'more on top than one line can hold',
    ask: ({ shop, cart, sku }) => shop.store.post(`/store/v1/carts/${cart.id}/lines`).send({ sku, quantity: 100_000 }),
    status: 422,
    code: 'ordering.quantity_too_large',
  },
  {
    what: 'a cart that does not exist',
    ask: buy(paid, () => UNKNOWN_CART),
    status: 404,
    code: 'ordering.cart_not_found',
  },
  { what: 'a cart whose id is none', ask: buy(paid, () => 'my-cart'), status: 404, code: 'request.not_found' },
  {
    what: 'buying an empty cart',
    ask: buy(paid, ({ emptyCart }) => emptyCart),
    status: 422,
    code: 'ordering.cart_incomplete',
  },
  {
    what: 'buying what has been bought',
    ask: buy(paid, ({ completedCart }) => completedCart),
    status: 409,
    code: 'ordering.cart_already_completed',
  },
  {
    what: 'buying without an idempotency key',
    ask: ({ shop, cart }) => shop.store.post(`/store/v1/carts/${cart.id}/complete`).send(paid),
    status: 422,
    code: 'idempotency.key_missing',
  },
  {
    what: 'an idempotency key that is none',
    ask: buy(paid, undefined, 'k'.repeat(201)),
    status: 422,
    code: 'idempotency.key_invalid',
  },
  {
    what: 'an idempotency key that came with another request',
    ask: (fixture) =>
      buy({ payment: { provider: 'sandbox', token: 'tok_slow' } }, () => fixture.completedCart, fixture.key)(fixture),
    status: 422,
    code: 'idempotency.key_reused',
  },
  invalid('buying without paying', '/payment', buy({})),
  invalid('a payment provider that does not exist', '/payment/provider', buy({ payment: { provider: 'gold' } })),
  invalid('a shopper who says that it was paid outside', '/payment/provider', buy({ payment: { provider: 'manual' } })),
  invalid('a card number', '/payment/number', buy({ payment: { ...paid.payment, number: '4111111111111111' } })),
  {
    what: 'somebody else’s order',
    ask: ({ shop, order }) => shop.store.get(`/store/v1/orders/${order.id}`).set('Order-Token', 'guessed'),
    status: 404,
    code: 'ordering.order_not_found',
  },
  invalid('a page of nothing', '/limit', ({ shop }) => shop.store.get('/store/v1/products').query({ limit: 0 })),
  invalid('a cursor of somebody’s own making', '/cursor', ({ shop }) =>
    shop.store.get('/store/v1/products').query({ cursor: 'next' }),
  ),
  {
    what: 'a method that is not possible there',
    ask: ({ shop }) => shop.store.delete('/store/v1/carts'),
    status: 405,
    code: 'request.method_not_allowed',
  },
  {
    what: 'a place where there is nothing',
    ask: ({ shop }) => shop.store.get('/store/v1/nowhere'),
    status: 404,
    code: 'request.not_found',
  },
];
