import { TOO_LARGE } from './too-large.ts';
import type { BadCase, Fixture } from './bad-case.ts';

const UNKNOWN_ORDER = 'ord_00000000000000000000000000';
const invalid = (what: string, pointer: string, ask: BadCase['ask']): BadCase => ({
  what,
  ask,
  status: 422,
  code: 'request.invalid',
  pointer,
});
const gbp = (amount: unknown) => ({ amount, currency: 'GBP' });

let keys = 0;
const post =
  (path: string | ((fixture: Fixture) => string), body: (fixture: Fixture) => object | string) =>
  (fixture: Fixture) => {
    keys += 1;
    return fixture.shop.admin
      .post(typeof path === 'string' ? path : path(fixture))
      .set('Content-Type', 'application/json')
      .set('Idempotency-Key', `bad-${keys}`)
      .send(body(fixture));
  };
const product = (price: unknown, more: object = {}) =>
  post('/admin/v1/products', () => ({
    handle: 'new-tea',
    title: 'New tea',
    status: 'published',
    variants: [{ sku: 'NEW-TEA', prices: [price] }],
    ...more,
  }));
const PRICE = '/variants/0/prices/0';
const receive = (sku: string | undefined, quantity: unknown) =>
  post('/admin/v1/stock/receipts', (fixture) => ({ lines: [{ sku: sku ?? fixture.sku, quantity }] }));
const order = (more: object, line: object = {}) =>
  post('/admin/v1/orders', ({ sku }) => ({
    currency: 'GBP',
    lines: [{ sku, quantity: 1, ...line }],
    payment: { provider: 'manual' },
    ...more,
  }));
const refund = (body: (fixture: Fixture) => object) =>
  post(
    (fixture) => `/admin/v1/orders/${fixture.order.id}/refunds`,
    (fixture) => ({ reason: 'broken', ...body(fixture) }),
  );
const changeProduct = (body: object, ifMatch?: string) => (fixture: Fixture) => {
  const asked = fixture.shop.admin.patch(`/admin/v1/products/${fixture.product.id}`).send(body);
  return ifMatch === undefined ? asked : asked.set('If-Match', ifMatch);
};

/** What staff's programs may get wrong. */
export const badStaffRequests: readonly BadCase[] = [
  {
    what: 'nobody’s credentials',
    ask: ({ shop }) => shop.store.get('/admin/v1/orders'),
    status: 401,
    code: 'auth.unauthenticated',
  },
  {
    what: 'a key that was never given out',
    ask: ({ shop }) => shop.store.get('/admin/v1/orders').set('Authorization', 'Bearer bnk_guessed_by_somebody'),
    status: 401,
    code: 'auth.unauthenticated',
  },
  invalid(
    'a price past 2^53',
    `${PRICE}/amount`,
    post('/admin/v1/products', () => TOO_LARGE.product),
  ),
  invalid('a price past what a document may hold', `${PRICE}/amount`, product(gbp(1_000_000_000_001))),
  invalid('a price below nothing', `${PRICE}/amount`, product(gbp(-1))),
  invalid('a price of half a penny', `${PRICE}/amount`, product(gbp(0.5))),
  invalid('a price as text', `${PRICE}/amount`, product(gbp('10'))),
  invalid('a price in no currency', `${PRICE}/currency`, product({ amount: 10, currency: 'XXQ' })),
  invalid('a product of a kind that does not exist', '/status', product(gbp(10), { status: 'secret' })),
  {
    what: 'a handle that another product has',
    ask: (fixture) => product(gbp(10), { handle: fixture.product.handle })(fixture),
    status: 409,
    code: 'catalog.handle_taken',
  },
  {
    what: 'a SKU that another product has',
    ask: (fixture) => product(gbp(10), { variants: [{ sku: fixture.sku, prices: [gbp(1)] }] })(fixture),
    status: 409,
    code: 'catalog.sku_taken',
  },
  {
    what: 'a version of the product that is no longer',
    ask: changeProduct({ title: 'Newer tea', version: 99 }),
    status: 412,
    code: 'request.stale_version',
  },
  {
    what: 'a version in If-Match that is no longer',
    ask: changeProduct({ title: 'Newer tea' }, '"99"'),
    status: 412,
    code: 'request.stale_version',
  },
  {
    what: 'an If-Match that is no version',
    ask: changeProduct({ title: 'Tea' }, 'now'),
    status: 422,
    code: 'request.invalid',
  },
  invalid('nothing of it', '/lines/0/quantity', receive(undefined, 0)),
  invalid('less than nothing of it', '/lines/0/quantity', receive(undefined, -5)),
  invalid('more of it than there can be', '/lines/0/quantity', receive(undefined, 1e15)),
  {
    what: 'goods that are not in the catalog',
    ask: receive('NOT-SOLD', 1),
    status: 422,
    code: 'inventory.unknown_sku',
  },
  {
    what: 'a staff order without an idempotency key',
    ask: ({ shop }) => shop.admin.post('/admin/v1/orders').send({}),
    status: 422,
    code: 'idempotency.key_missing',
  },
  invalid('an order of nothing', '/lines', order({ lines: [] })),
  invalid(
    'an agreed price past 2^53',
    '/lines/0/unitPrice/amount',
    post('/admin/v1/orders', ({ sku }) => TOO_LARGE.order(sku)),
  ),
  {
    what: 'an order in the future',
    ask: order({ placedAt: '2999-01-01T00:00:00Z' }),
    status: 422,
    code: 'ordering.placed_in_future',
  },
  invalid('a day that does not exist', '/placedAt', order({ placedAt: '2024-02-30T00:00:00Z' })),
  {
    what: 'a reference that another order has',
    ask: (fixture) => order({ reference: fixture.reference })(fixture),
    status: 409,
    code: 'ordering.reference_taken',
  },
  {
    what: 'an order of what is not sold',
    ask: order({ lines: [{ sku: 'NOT-SOLD', quantity: 1 }] }),
    status: 422,
    code: 'pricing.unknown_sku',
  },
  {
    what: 'an agreed price in another currency',
    ask: order({}, { unitPrice: { amount: 1, currency: 'EUR' } }),
    status: 422,
    code: 'pricing.wrong_currency',
  },
  {
    what: 'a total that nobody could charge',
    ask: order({}, { quantity: 100_000, unitPrice: gbp(1_000_000_000_000) }),
    status: 422,
    code: 'pricing.amount_too_large',
  },
  {
    what: 'more money back than was paid',
    ask: refund(() => ({ amount: gbp(1_000_000) })),
    status: 409,
    code: 'ordering.refund_too_large',
  },
  invalid(
    'less than no money back',
    '/amount/amount',
    refund(() => ({ amount: gbp(-1) })),
  ),
  {
    what: 'money back in another currency',
    ask: refund(() => ({ amount: { amount: 1, currency: 'EUR' } })),
    status: 409,
    code: 'ordering.refund_too_large',
  },
  {
    what: 'more pieces back than were bought',
    ask: refund((fixture) => ({ lines: [{ lineId: fixture.order.lines[0]?.id, quantity: 3 }] })),
    status: 409,
    code: 'ordering.refund_too_large',
  },
  {
    what: 'a line back that was never bought',
    ask: refund(() => ({ lines: [{ lineId: 'lin_00000000000000000000000000', quantity: 1 }] })),
    status: 404,
    code: 'ordering.line_not_found',
  },
  { what: 'neither an amount nor lines back', ask: refund(() => ({})), status: 422, code: 'ordering.amount_or_lines' },
  {
    what: 'both an amount and lines back',
    ask: refund((fixture) => ({ amount: gbp(1), lines: [{ lineId: fixture.order.lines[0]?.id, quantity: 1 }] })),
    status: 422,
    code: 'ordering.amount_or_lines',
  },
  { what: 'no money back at all', ask: refund(() => ({ amount: gbp(0) })), status: 422, code: 'request.invalid' },
  {
    what: 'money back for an order that does not exist',
    ask: post(`/admin/v1/orders/${UNKNOWN_ORDER}/refunds`, () => ({ reason: 'broken', amount: gbp(1) })),
    status: 404,
    code: 'ordering.order_not_found',
  },
  {
    what: 'the cancellation of an order that does not exist',
    ask: post(`/admin/v1/orders/${UNKNOWN_ORDER}/cancel`, () => ({})),
    status: 404,
    code: 'ordering.order_not_found',
  },
  {
    what: 'a report that ends before it begins',
    ask: ({ shop }) => shop.admin.get('/admin/v1/reports/sales').query({ from: '2024-02-01', to: '2024-01-01' }),
    status: 422,
    code: 'reporting.period_empty',
  },
  invalid('a report in no currency', '/currency', ({ shop }) =>
    shop.admin.get('/admin/v1/reports/sales').query({ currency: 'XXQ' }),
  ),
  invalid('a question that the list does not know', '/colour', ({ shop }) =>
    shop.admin.get('/admin/v1/orders').query({ colour: 'red' }),
  ),
];
