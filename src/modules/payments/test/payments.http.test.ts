import { expect, it } from '@jest/globals';
import { webhookSignature } from '../../../sandbox/webhook-signature.ts';
import { describeEachPlacement, eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';

describeEachPlacement('payments', (world) => {
  const take = (token: string) => {
    const orderId = newId('ord');
    const input = { orderId, amount: money(1_000, 'GBP'), method: { provider: 'sandbox' as const, token } };
    return world()
      .client(Payments)
      .takePayment(input, world().context())
      .then((taken) => ({ orderId, taken }));
  };

  it("shows staff the provider's own books, page by page", async () => {
    const { orderId } = await take('tok_ok');
    await take('tok_ok');
    const { body } = await world().admin.get('/admin/v1/payments/sandbox/charges?limit=1').expect(200);
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        key: `${orderId}:take`,
        orderId,
        amount: { amount: 1_000, currency: 'GBP' },
        status: 'captured',
        captured: { amount: 1_000, currency: 'GBP' },
        refunded: { amount: 0, currency: 'GBP' },
      },
    ]);
    const next = await world()
      .admin.get(`/admin/v1/payments/sandbox/charges?limit=1&cursor=${body.nextCursor}`)
      .expect(200);
    expect(next.body.items).toHaveLength(1);
    const wrong = await world().admin.get('/admin/v1/payments/sandbox/charges?cursor=nothing').expect(422);
    expect(wrong.body.errors).toMatchObject([{ pointer: '/cursor', code: 'invalid_cursor' }]);
  });

  it('sums up the ledger by days or by moments, the last of which does not count', async () => {
    const input = { orderId: newId('ord'), amount: money(700, 'EUR'), method: { provider: 'manual' as const } };
    const occurredAt = '2010-12-02T00:00:00.000Z';
    await world()
      .client(Payments)
      .takePayment({ ...input, occurredAt }, world().context());
    const path = '/admin/v1/payments/ledger/summary';
    const before = await world().admin.get(`${path}?from=2010-12-01&to=2010-12-02&currency=EUR`).expect(200);
    expect(before.body).toEqual({ items: [] });
    const after = await world().admin.get(`${path}?from=2010-12-02T00:00:00Z&to=2010-12-03&currency=EUR`).expect(200);
    expect(after.body.items).toEqual([
      { account: 'clearing_manual', debit: money(700, 'EUR'), credit: money(0, 'EUR') },
      { account: 'sales', debit: money(0, 'EUR'), credit: money(700, 'EUR') },
    ]);
    await world().admin.get(`${path}?from=yesterday&to=2010-12-03&currency=EUR`).expect(422);
  });

  it('is for staff alone', async () => {
    await world().store.get('/admin/v1/payments/sandbox/charges').expect(401);
    await world().store.get('/admin/v1/payments/ledger/summary?from=2010-12-01&to=2010-12-02&currency=GBP').expect(401);
  });

  it('learns from the webhook of the provider how a pending payment ended', async () => {
    const { orderId, taken } = await take('tok_pending');
    expect(taken.status).toBe('pending');
    await eventually(async () => {
      const found = await world()
        .client(Payments)
        .getPayments({ orderIds: [orderId] }, world().context());
      expect(found).toMatchObject([{ status: 'captured' }]);
    });
  });

  it('turns away messages that the provider has not signed', async () => {
    const send = (headers: Record<string, string>) =>
      world().store.post('/webhooks/payments/sandbox').set(headers).send({ type: 'charge.captured' });
    const seconds = Math.floor(Date.now() / 1_000);
    const forged = webhookSignature('a guess', 'evt_1', seconds, '{"type":"charge.captured"}');
    for (const headers of [
      {},
      { 'webhook-id': 'evt_1', 'webhook-timestamp': String(seconds), 'webhook-signature': forged },
    ]) {
      const { body } = await send(headers).expect(401);
      expect(body.code).toBe('payments.webhook_refused');
    }
  });
});
