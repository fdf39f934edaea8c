import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { openPaymentsWorld, type PaymentsWorld } from './payments-world.ts';
import { booksOf, chargesOf, eventsOf, failureOf, GBP_10, take, unbalanced } from './payment-facts.ts';

const START_LIMIT_MS = 60_000;

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld();
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const CAPTURED = ['paymentCaptured'];

describe('taking the money of an order', () => {
  it('charges the buyer once, writes both sides into the ledger, and makes it known', async () => {
    const orderId = newId('ord');
    const taken = await take(world, orderId, 'tok_ok');
    expect(taken).toEqual({ paymentId: expect.stringMatching(/^pay_/), status: 'captured', amount: GBP_10 });
    expect(await take(world, orderId, 'tok_ok')).toEqual(taken);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
    expect(await booksOf(world, orderId)).toEqual([
      { account: 'clearing_sandbox', debit: 1_000, credit: 0 },
      { account: 'sales', debit: 0, credit: 1_000 },
    ]);
    const [summary] = await world.payments.getPayments({ orderIds: [orderId] }, world.call());
    expect(summary).toEqual({
      orderId,
      provider: 'sandbox',
      status: 'captured',
      authorised: GBP_10,
      captured: GBP_10,
      refunded: money(0, 'GBP'),
    });
    expect(await chargesOf(world, orderId)).toMatchObject([
      { key: `${orderId}:take`, status: 'captured', captured: 1_000 },
    ]);
  });

  it('needs seven statements: three to record what is wanted, four to record what came of it', async () => {
    await take(world, newId('ord'), 'tok_ok');
    const statements = jest.spyOn(pg.Client.prototype, 'query');
    await take(world, newId('ord'), 'tok_ok');
    const texts = statements.mock.calls.map(([text]: unknown[]) => String(text).trim().slice(0, 6));
    statements.mockRestore();
    expect(texts).toEqual(['START ', 'insert', 'COMMIT', 'START ', 'with c', 'with g', 'COMMIT']);
  });

  it('does not charge twice when the same order is paid many times at once', async () => {
    const orderId = newId('ord');
    const all = await Promise.all(Array.from({ length: 12 }, () => take(world, orderId, 'tok_ok')));
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await chargesOf(world, orderId)).toHaveLength(1);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
    expect(await booksOf(world, orderId)).toHaveLength(2);
  });

  it('says that the card was declined, and says the same when it is asked again', async () => {
    const orderId = newId('ord');
    for (let time = 1; time <= 2; time += 1) {
      const failure = await failureOf(take(world, orderId, 'tok_declined'));
      expect(Payments.errors.declined.is(failure) && failure.details).toEqual({ orderId, reason: 'card_declined' });
    }
    expect(await eventsOf(world, orderId)).toEqual(['paymentDeclined']);
    expect(await booksOf(world, orderId)).toEqual([]);
  });

  it('refuses a token that the provider does not know', async () => {
    const orderId = newId('ord');
    for (let time = 1; time <= 2; time += 1) {
      expect(Payments.errors.unknownToken.is(await failureOf(take(world, orderId, 'tok_none')))).toBe(true);
    }
    expect(await eventsOf(world, orderId)).toEqual(['paymentDeclined']);
    expect(await chargesOf(world, orderId)).toEqual([]);
  });

  it('keeps to the first amount and token of an order', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    expect(Payments.errors.amountDiffers.is(await failureOf(take(world, orderId, 'tok_ok', money(999, 'GBP'))))).toBe(
      true,
    );
    expect(Payments.errors.amountDiffers.is(await failureOf(take(world, orderId, 'tok_slow')))).toBe(true);
  });

  it('finds the charge when the provider booked it and never answered', async () => {
    const orderId = newId('ord');
    expect(await take(world, orderId, 'tok_charged_then_timeout')).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toHaveLength(1);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
  });

  it('finds the charge when the connection broke before the answer', async () => {
    const orderId = newId('ord');
    world.proxy.loseNextAnswer(/POST \/v1\/charges$/);
    expect(await take(world, orderId, 'tok_ok')).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toHaveLength(1);
  });

  it('says that it may have happened when the provider fails, and succeeds when it is repeated', async () => {
    const orderId = newId('ord');
    expect(await failureOf(take(world, orderId, 'tok_error_once'))).toMatchObject({
      name: 'SystemFailure',
      mayHaveHappened: true,
    });
    expect(await take(world, orderId, 'tok_error_once')).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toHaveLength(1);
  });

  it('goes on asking a provider that takes longer than a request may', async () => {
    const orderId = newId('ord');
    expect(await failureOf(take(world, orderId, 'tok_slow'))).toMatchObject({ mayHaveHappened: true });
    expect(await eventually(() => take(world, orderId, 'tok_slow'))).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toHaveLength(1);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
  });

  it('goes on where it stopped when the provider answered and the process died before it was recorded', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    await world.write(async (work) => {
      await work.run(`delete from ledger_entries where order_id = $1`, [orderId]);
      await work.run(
        `update payments set status = 'pending', captured = 0, captured_at = null, charge_id = null where order_id = $1`,
        [orderId],
      );
    });
    expect(await take(world, orderId, 'tok_ok')).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toHaveLength(1);
    expect(await booksOf(world, orderId)).toHaveLength(2);
  });

  it.each([
    ['tok_pending', 'paymentCaptured'],
    ['tok_pending_declined', 'paymentDeclined'],
  ])('waits for the answer to %s, which the webhook brings', async (token, event) => {
    const orderId = newId('ord');
    expect(await take(world, orderId, token)).toMatchObject({ status: 'pending' });
    await eventually(async () => expect(await eventsOf(world, orderId)).toEqual([event]));
  });

  it('learns the answer by asking again when the webhook does not come, and the webhook then changes nothing', async () => {
    world.takesWebhooks = false;
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    await eventually(async () =>
      expect(await take(world, orderId, 'tok_pending')).toMatchObject({ status: 'captured' }),
    );
    world.takesWebhooks = true;
    await eventually(async () => {
      const kept = await world.read('select outcome from webhook_events where body like $1', [`%${orderId}%`]);
      expect(kept).toEqual([{ outcome: 'applied' }]);
    });
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
    expect(await booksOf(world, orderId)).toHaveLength(2);
  });

  it('believes the webhook when it overtakes the answer', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('answer', /POST \/v1\/charges$/);
    const taking = take(world, orderId, 'tok_pending');
    await held.arrived;
    await eventually(async () => expect(await eventsOf(world, orderId)).toEqual(CAPTURED));
    held.release();
    expect(await taking).toMatchObject({ status: 'captured' });
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
  });

  it('does not believe a charge of another order', async () => {
    const orderId = newId('ord');
    world.proxy.changeNextAnswer(/POST \/v1\/charges$/, (body) => ({ ...body, orderId: 'another' }));
    expect(await failureOf(take(world, orderId, 'tok_ok'))).toMatchObject({ name: 'InvariantViolation' });
    expect(await eventsOf(world, orderId)).toEqual([]);
    expect(await booksOf(world, orderId)).toEqual([]);
  });

  it.each([
    ['amount', { amount: 1 }],
    ['currency', { currency: 'USD' }],
    ['captured amount', { captured: 1 }],
  ])('looks into the books of the provider when its answer has another %s than was asked for', async (_, change) => {
    const orderId = newId('ord');
    world.proxy.changeNextAnswer(/POST \/v1\/charges$/, (body) => ({ ...body, ...change }));
    expect(await take(world, orderId, 'tok_ok')).toMatchObject({ status: 'captured', amount: GBP_10 });
    expect(await booksOf(world, orderId)).toMatchObject([{ debit: 1_000 }, { credit: 1_000 }]);
  });

  it('says what was charged and books that, when the provider has charged another amount indeed', async () => {
    const orderId = newId('ord');
    const charged = money(1_001, 'GBP');
    for (let time = 1; time <= 2; time += 1) {
      expect(await take(world, orderId, 'tok_surcharged')).toMatchObject({ status: 'captured', amount: charged });
    }
    expect(await booksOf(world, orderId)).toMatchObject([{ debit: 1_001 }, { credit: 1_001 }]);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
    await world.payments.cancelPayment({ orderId }, world.call());
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_001 }]);
  });

  it('records what was paid outside, at the time when it was paid', async () => {
    const orderId = newId('ord');
    const occurredAt = '2010-12-01T08:26:00.000Z';
    const input = { orderId, amount: GBP_10, method: { provider: 'manual' as const }, occurredAt };
    expect(await world.payments.takePayment(input, world.call())).toMatchObject({ status: 'captured' });
    expect(await world.payments.takePayment(input, world.call())).toMatchObject({ status: 'captured' });
    const entries = await world.read(
      'select account, occurred_at as at from ledger_entries where order_id = $1 order by account',
      [orderId],
    );
    const at = new Date(occurredAt);
    expect(entries).toEqual([
      { account: 'clearing_manual', at },
      { account: 'sales', at },
    ]);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
  });

  it('asks nobody for an order that costs nothing', async () => {
    const orderId = newId('ord');
    expect(await take(world, orderId, 'tok_ok', money(0, 'GBP'))).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toEqual([]);
    expect(await eventsOf(world, orderId)).toEqual(CAPTURED);
  });

  it('leaves a ledger in which everything balances', async () => {
    expect(await unbalanced(world)).toEqual([]);
  });
});

describe('a shop without a payment provider', () => {
  it(
    'says so, and records nothing',
    async () => {
      const bare = await openPaymentsWorld({ configured: false });
      try {
        const orderId = newId('ord');
        expect(Payments.errors.providerNotConfigured.is(await failureOf(take(bare, orderId, 'tok_ok')))).toBe(true);
        expect(await bare.read('select from payments')).toEqual([]);
      } finally {
        await bare.close();
      }
    },
    START_LIMIT_MS,
  );
});
