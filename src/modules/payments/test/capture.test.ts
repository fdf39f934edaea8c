import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import {
  booksOf,
  capture,
  chargesOf,
  eventsOf,
  failureOf,
  GBP_10,
  summaryOf,
  take,
  unbalanced,
} from './payment-facts.ts';
import { openPaymentsWorld, type PaymentsWorld } from './payments-world.ts';

const START_LIMIT_MS = 60_000;
const CHARGE = /POST \/v1\/charges$/;
const CAPTURE = /POST \/v1\/charges\/.*\/capture$/;

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld({ capture: 'dispatch' });
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const nothing = money(0, 'GBP');
const sold = (amount: number) => [
  { account: 'clearing_sandbox', debit: amount, credit: 0 },
  { account: 'sales', debit: 0, credit: amount },
];

async function authorised(token = 'tok_ok'): Promise<string> {
  const orderId = newId('ord');
  await eventually(() => take(world, orderId, token));
  await eventually(async () => expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised' }));
  return orderId;
}

describe('a shop that takes the money as the goods go out', () => {
  it('holds it at checkout, and books nothing', async () => {
    const orderId = newId('ord');
    const taken = await take(world, orderId, 'tok_ok');
    expect(taken).toEqual({ paymentId: expect.stringMatching(/^pay_/), status: 'authorised', amount: GBP_10 });
    expect(await take(world, orderId, 'tok_ok')).toEqual(taken);
    expect(await summaryOf(world, orderId)).toMatchObject({
      status: 'authorised',
      authorised: GBP_10,
      captured: nothing,
    });
    expect(await chargesOf(world, orderId)).toMatchObject([
      { key: `${orderId}:take`, status: 'authorised', captured: 0 },
    ]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised']);
    expect(await booksOf(world, orderId)).toEqual([]);
  });

  it('holds it once, however often and however much at once it is asked for', async () => {
    const orderId = newId('ord');
    const all = await Promise.all(Array.from({ length: 8 }, () => take(world, orderId, 'tok_ok')));
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await chargesOf(world, orderId)).toHaveLength(1);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised']);
  });

  it.each(['tok_error_once', 'tok_slow', 'tok_charged_then_timeout', 'tok_pending'])(
    'gets through %s, and captures it then',
    async (token) => {
      const orderId = await authorised(token);
      const captureId = newId('shp');
      await eventually(() => capture(world, orderId, 1_000, captureId));
      expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 1_000 }]);
      expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured']);
      expect(await booksOf(world, orderId)).toEqual(sold(1_000));
    },
  );

  it('says what was declined, at once or later', async () => {
    const orderId = newId('ord');
    expect(Payments.errors.declined.is(await failureOf(take(world, orderId, 'tok_declined')))).toBe(true);
    const pending = newId('ord');
    expect(await take(world, pending, 'tok_pending_declined')).toMatchObject({ status: 'pending' });
    await eventually(async () => expect(await eventsOf(world, pending)).toEqual(['paymentDeclined']));
    for (const each of [orderId, pending]) {
      expect(Payments.errors.notAuthorised.is(await failureOf(capture(world, each, 1)))).toBe(true);
    }
  });

  it('takes at once what is paid outside, and what costs nothing', async () => {
    const manual = { orderId: newId('ord'), amount: GBP_10, method: { provider: 'manual' as const } };
    expect(await world.payments.takePayment(manual, world.call())).toMatchObject({ status: 'captured' });
    expect(await capture(world, manual.orderId, 400)).toMatchObject({
      amount: nothing,
      payment: { status: 'captured', captured: GBP_10 },
    });
    const free = newId('ord');
    expect(await take(world, free, 'tok_ok', nothing)).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, free)).toEqual([]);
  });

  it('takes at once what nothing will go out for', async () => {
    const orderId = newId('ord');
    const method = { provider: 'sandbox' as const, token: 'tok_ok' };
    const asked = { orderId, amount: GBP_10, method, captureNow: true };
    expect(await world.payments.takePayment(asked, world.call())).toMatchObject({ status: 'captured' });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 1_000 }]);
    expect(await booksOf(world, orderId)).toEqual(sold(1_000));
  });

  it('goes on with a payment as it was begun, when the setting changes meanwhile', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', CHARGE);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    await world.write((work) =>
      work.run(`update payments set captures_at = 'checkout' where order_id = $1`, [orderId]),
    );
    expect(await take(world, orderId, 'tok_ok')).toMatchObject({ status: 'captured' });
    held.release();
    await taking;
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 1_000 }]);
    expect(await capture(world, orderId, 400)).toMatchObject({ amount: nothing, payment: { captured: GBP_10 } });
    expect(await booksOf(world, orderId)).toEqual(sold(1_000));
  });
});

describe('a capture', () => {
  it('takes what goes out now, until all is taken, and never more than was authorised', async () => {
    const orderId = await authorised();
    const captureId = newId('shp');
    const first = await capture(world, orderId, 400, captureId);
    expect(first).toMatchObject({
      captureId,
      amount: { amount: 400 },
      payment: { status: 'authorised', authorised: GBP_10, captured: { amount: 400 } },
    });
    const failure = await failureOf(capture(world, orderId, 601));
    expect(Payments.errors.captureTooLarge.is(failure) && failure.details.capturable).toEqual(money(600, 'GBP'));
    expect(await capture(world, orderId, 600)).toMatchObject({ payment: { status: 'captured', captured: GBP_10 } });
    expect(Payments.errors.captureTooLarge.is(await failureOf(capture(world, orderId, 1)))).toBe(true);
    expect(await booksOf(world, orderId)).toEqual(sold(1_000));
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured', 'paymentCaptured']);
  });

  it('happens once, however often and however much at once it is repeated', async () => {
    const orderId = await authorised();
    const captureId = newId('shp');
    await Promise.all(Array.from({ length: 8 }, () => capture(world, orderId, 400, captureId)));
    expect(await capture(world, orderId, 999, captureId)).toMatchObject({ amount: { amount: 400 } });
    expect(await chargesOf(world, orderId)).toMatchObject([{ captured: 400 }]);
    expect(await booksOf(world, orderId)).toEqual(sold(400));
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured']);
  });

  it('of which many are asked for at once stays within what was authorised', async () => {
    const orderId = await authorised();
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => capture(world, orderId, 400)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await chargesOf(world, orderId)).toMatchObject([{ captured: 800 }]);
  });

  it('is found when the provider made it and its answer was lost', async () => {
    const orderId = await authorised();
    world.proxy.loseNextAnswer(CAPTURE);
    expect(await capture(world, orderId, 400)).toMatchObject({ payment: { captured: { amount: 400 } } });
    expect(await booksOf(world, orderId)).toEqual(sold(400));
  });

  it('goes on where it stopped when the process died before it was recorded', async () => {
    const orderId = await authorised();
    const captureId = newId('shp');
    const held = world.proxy.holdNext('answer', CAPTURE);
    world.proxy.loseNextAnswer(/GET \/v1\/accounts/);
    const capturing = failureOf(capture(world, orderId, 400, captureId));
    await held.arrived;
    expect(await capturing).toMatchObject({ name: 'SystemFailure', mayHaveHappened: true });
    held.release();
    expect(await booksOf(world, orderId)).toEqual([]);
    await capture(world, orderId, 400, captureId);
    expect(await chargesOf(world, orderId)).toMatchObject([{ captured: 400 }]);
    expect(await booksOf(world, orderId)).toEqual(sold(400));
  });

  it('is refused when the provider no longer has the money, and its part is free for another one', async () => {
    const orderId = await authorised('tok_capture_declined');
    const captureId = newId('shp');
    for (let time = 1; time <= 2; time += 1) {
      const failure = await failureOf(capture(world, orderId, 1_000, captureId));
      expect(Payments.errors.captureRefused.is(failure) && failure.details.reason).toBe('capture_declined');
    }
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised', captured: nothing });
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised']);
    expect(await booksOf(world, orderId)).toEqual([]);
  });

  it('books the money when it is taken, at the time when it went out', async () => {
    const orderId = await authorised();
    const occurredAt = '2010-12-01T08:26:00.000Z';
    const input = { orderId, captureId: newId('shp'), amount: money(300, 'GBP'), occurredAt };
    await world.payments.capturePayment(input, world.call());
    const entries = await world.read('select distinct occurred_at as at from ledger_entries where order_id = $1', [
      orderId,
    ]);
    expect(entries).toEqual([{ at: new Date(occurredAt) }]);
  });

  it('needs a payment, in its own currency', async () => {
    expect(Payments.errors.paymentNotFound.is(await failureOf(capture(world, newId('ord'), 1)))).toBe(true);
    const orderId = await authorised();
    const other = { orderId, captureId: newId('shp'), amount: money(1, 'EUR') };
    const failure = await failureOf(world.payments.capturePayment(other, world.call()));
    expect(Payments.errors.captureTooLarge.is(failure)).toBe(true);
    expect(await capture(world, orderId, 0)).toMatchObject({ amount: nothing, payment: { status: 'authorised' } });
  });

  it('and all that led to it leave a ledger in which everything balances', async () => {
    expect(await unbalanced(world)).toEqual([]);
  });
});
