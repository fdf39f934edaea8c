import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { booksOf, chargesOf, eventsOf, failureOf, GBP_10, take, unbalanced } from './payment-facts.ts';
import { openPaymentsWorld, sendWebhook, type PaymentsWorld, type WebhookChanges } from './payments-world.ts';

const START_LIMIT_MS = 60_000;

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld();
  // These tests play the provider's part themselves.
  world.takesWebhooks = false;
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const send = (body: object | string, changes: WebhookChanges = {}) => sendWebhook(world, body, changes);

const captured = (charge: object) => ({
  type: 'charge.captured',
  data: { charge: { ...charge, status: 'captured', captured: 1_000 } },
});

async function pendingCharge(): Promise<{ orderId: string; charge: object }> {
  const orderId = newId('ord');
  await take(world, orderId, 'tok_pending');
  const [charge] = await chargesOf(world, orderId);
  return { orderId, charge: charge as object };
}

async function outcomeOf(webhookId: string): Promise<string | undefined> {
  const rows = await world.read<{ outcome: string }>('select outcome from webhook_events where id = $1', [webhookId]);
  return rows[0]?.outcome;
}

describe('the messages of a payment provider', () => {
  it('count once, however often and however many at once they come', async () => {
    const { orderId, charge } = await pendingCharge();
    const webhookId = newId('evt');
    await Promise.all(Array.from({ length: 6 }, () => send(captured(charge), { webhookId })));
    await send(captured(charge));
    expect(await eventsOf(world, orderId)).toEqual(['paymentCaptured']);
    expect(await booksOf(world, orderId)).toHaveLength(2);
    expect(await outcomeOf(webhookId)).toBe('applied');
  });

  it('are refused unless they are signed, and leave no trace', async () => {
    const { orderId, charge } = await pendingCharge();
    const webhookId = newId('evt');
    const faulty = [{ signature: '' }, { signature: 'v1,AAAA' }, { ageMs: 301_000 }, { ageMs: -301_000 }];
    for (const each of faulty) {
      const failure = await failureOf(send(captured(charge), { webhookId, ...each }));
      expect(Payments.errors.webhookRefused.is(failure)).toBe(true);
    }
    expect(await outcomeOf(webhookId)).toBeUndefined();
    expect(await eventsOf(world, orderId)).toEqual([]);
  });

  it('about orders that are not ours, or about other things, are kept and passed over', async () => {
    const { charge } = await pendingCharge();
    for (const body of [
      captured({ ...charge, orderId: newId('ord') }),
      captured({ ...charge, key: 'of another system' }),
      { type: 'balance.available', data: {} },
      'no JSON',
    ]) {
      const webhookId = newId('evt');
      await send(body, { webhookId });
      expect(await outcomeOf(webhookId)).toBe('ignored');
    }
  });

  it('that tell of another amount than was asked for are kept and not believed', async () => {
    const { orderId, charge } = await pendingCharge();
    const webhookId = newId('evt');
    await send(captured({ ...charge, amount: 1 }), { webhookId });
    expect(await outcomeOf(webhookId)).toBe('refused');
    expect(await eventsOf(world, orderId)).toEqual([]);
  });

  it('about money that is only authorised leave the payment pending', async () => {
    const { orderId, charge } = await pendingCharge();
    await send({ type: 'charge.authorised', data: { charge: { ...charge, status: 'authorised' } } });
    const [summary] = await world.payments.getPayments({ orderIds: [orderId] }, world.call());
    expect(summary?.status).toBe('pending');
  });

  it('about a charge of a cancelled order have that charge given back', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', /POST \/v1\/charges$/);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    await world.write((work) => work.run('update payments set asked_at = null where order_id = $1', [orderId]));
    await world.payments.cancelPayment({ orderId }, world.call());
    const { body } = await world.sandbox.charge(`${orderId}:take`, 'tok_ok', { orderId, amount: 1_000 });
    world.proxy.loseNextAnswer(/POST .*\/refunds$/);
    const webhookId = newId('evt');
    expect(await failureOf(send(captured(body), { webhookId }))).toMatchObject({ mayHaveHappened: true });
    expect(await outcomeOf(webhookId)).toBe('open');
    await send(captured(body), { webhookId });
    expect(await outcomeOf(webhookId)).toBe('applied');
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    held.release();
    expect(Payments.errors.cancelled.is(await taking)).toBe(true);
    expect(await booksOf(world, orderId)).toMatchObject([
      { account: 'clearing_sandbox', debit: 1_000, credit: 1_000 },
      { account: 'refunds', debit: 1_000 },
      { account: 'sales', credit: 1_000 },
    ]);
  });
});

describe('the books', () => {
  const summarise = (from: string, to: string) =>
    world.payments.summariseLedger({ from, to, currency: 'JPY' }, world.call());

  it('are summed up by account from the first moment until before the last', async () => {
    const inputs = ['2010-12-01T00:00:00.000Z', '2010-12-02T00:00:00.000Z'].map((occurredAt) => ({
      orderId: newId('ord'),
      amount: money(500, 'JPY'),
      method: { provider: 'manual' as const },
      occurredAt,
    }));
    for (const input of inputs) await world.payments.takePayment(input, world.call());
    const note = { creditNoteId: newId('crn'), amount: money(200, 'JPY'), occurredAt: '2010-12-01T23:59:59.999Z' };
    for (let time = 1; time <= 2; time += 1) await world.payments.recordCreditNote(note, world.call());
    expect(await summarise('2010-12-01T00:00:00Z', '2010-12-02T00:00:00Z')).toEqual({
      items: [
        { account: 'clearing_manual', debit: money(500, 'JPY'), credit: money(200, 'JPY') },
        { account: 'refunds', debit: money(200, 'JPY'), credit: money(0, 'JPY') },
        { account: 'sales', debit: money(0, 'JPY'), credit: money(500, 'JPY') },
      ],
    });
    expect(await summarise('2010-12-03T00:00:00Z', '2011-12-03T00:00:00Z')).toEqual({ items: [] });
  });

  it('of the provider can be read page by page', async () => {
    for (let count = 0; count < 3; count += 1) await take(world, newId('ord'), 'tok_ok');
    const first = await world.payments.listSandboxCharges({ limit: 2 }, world.call());
    expect(first.items).toHaveLength(2);
    const { nextCursor } = first;
    expect(nextCursor).not.toBeNull();
    const second = await world.payments.listSandboxCharges({ limit: 2, cursor: String(nextCursor) }, world.call());
    expect(second.items[0]?.amount).toEqual(GBP_10);
    expect(second.items[0]?.id).not.toBe(first.items[1]?.id);
    expect(await failureOf(world.payments.listSandboxCharges({ cursor: 'nothing' }, world.call()))).toMatchObject({
      code: 'request.invalid',
    });
  });

  it('show a transaction that does not balance to whoever looks for one', async () => {
    expect(await unbalanced(world)).toEqual([]);
    await world.write((work) =>
      work.run(
        `insert into ledger_entries (id, transaction_id, account, debit, credit, currency, occurred_at)
         values ('planted', 'planted', 'sales', 0, 5, 'GBP', now())`,
      ),
    );
    expect(await unbalanced(world)).toEqual([{ transactionId: 'planted', debit: 0, credit: 5 }]);
  });
});
