import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { SandboxCaller } from '../../../sandbox/test/sandbox-caller.ts';
import { describeEachPlacement, eventually, type World } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';

const PATH = '/admin/v1/payments/reconciliations';

describeEachPlacement('comparisons with the books of the provider', (world) => {
  const compare = async () => {
    const { body } = await world().admin.post(PATH).set('Idempotency-Key', randomUUID()).expect(201);
    return body.items[0];
  };
  const moneyAudit = async () => {
    const { body } = await world().admin.get('/admin/v1/system/audit').expect(200);
    return body.items.find(({ invariant }: { invariant: string }) => invariant === 'I2');
  };
  const take = async (shop: World, token: string) => {
    const input = {
      orderId: newId('ord'),
      amount: money(1_000, 'GBP'),
      method: { provider: 'sandbox' as const, token },
    };
    await shop.client(Payments).takePayment(input, shop.context());
    return input.orderId;
  };

  it('run by themselves, and are reported newest first, page by page', async () => {
    await eventually(async () => {
      const { body } = await world().admin.get(PATH).expect(200);
      expect(body.items.length).toBeGreaterThan(0);
    });
    await take(world(), 'tok_ok');
    const now = await compare();
    expect(now).toMatchObject({ provider: 'sandbox', complete: true, failure: null, open: 0, differences: [] });
    const { body } = await world().admin.get(`${PATH}?limit=1`).expect(200);
    expect(body.items).toEqual([now]);
    const next = await world().admin.get(`${PATH}?limit=1&cursor=${body.nextCursor}`).expect(200);
    expect(next.body.items[0].id < now.id).toBe(true);
    const wrong = await world().admin.get(`${PATH}?cursor=nothing`).expect(422);
    expect(wrong.body.errors).toMatchObject([{ pointer: '/cursor', code: 'invalid_cursor' }]);
  });

  it('record a charge whose answer was lost', async () => {
    const orderId = await take(world(), 'tok_ok');
    await world()
      .database('payments')
      .transaction(world().context(), async (work) => {
        await work.run('delete from ledger_entries where order_id = $1', [orderId]);
        await work.run(
          `update payments set status = 'pending', captured = 0, captured_at = null, asked_at = now() - interval '1 hour'
           where order_id = $1`,
          [orderId],
        );
      });
    expect(await compare()).toMatchObject({
      repaired: 1,
      differences: [{ kind: 'status_differs', chargeKey: `${orderId}:take`, outcome: 'repaired' }],
    });
    const [payment] = await world()
      .client(Payments)
      .getPayments({ orderIds: [orderId] }, world().context());
    expect(payment).toMatchObject({ status: 'captured', captured: { amount: 1_000 } });
    expect(await compare()).toMatchObject({ repaired: 0, open: 0 });
  });

  it('leave to people what they cannot repair, and the audit names it until it is gone', async () => {
    const provider = new SandboxCaller(world().sandboxUrl);
    const { body: charge } = await provider.charge('of another system', 'tok_ok');
    expect(await compare()).toMatchObject({ open: 1, differences: [{ kind: 'charge_unknown', outcome: 'open' }] });
    expect(await moneyAudit()).toMatchObject({
      holds: false,
      offenders: [expect.stringContaining('of another system of sandbox: charge_unknown')],
    });
    await provider.refund(charge.id, 'given back', charge.captured);
    await compare();
    expect(await moneyAudit()).toMatchObject({ holds: true, offenders: [] });
  });

  it('are for staff alone', async () => {
    await world().store.get(PATH).expect(401);
    await world().store.post(PATH).set('Idempotency-Key', randomUUID()).expect(401);
    await world().admin.post(PATH).expect(422);
  });
});
