import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { booksOf, chargesOf, eventsOf, failureOf, GBP_10, take, unbalanced } from './payment-facts.ts';
import { openPaymentsWorld, type PaymentsWorld } from './payments-world.ts';

const START_LIMIT_MS = 60_000;
const CHARGE = /POST \/v1\/charges$/;
const REFUND = /POST \/v1\/charges\/.*\/refunds$/;
const GONE_BOTH_WAYS = [
  { account: 'clearing_sandbox', debit: 1_000, credit: 1_000 },
  { account: 'refunds', debit: 1_000, credit: 0 },
  { account: 'sales', debit: 0, credit: 1_000 },
];

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld();
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const cancel = (orderId: string) => world.payments.cancelPayment({ orderId }, world.call());
const refund = (orderId: string, amount: number, refundId = newId('ref')) =>
  world.payments.refundPayment({ orderId, refundId, amount: money(amount, 'GBP') }, world.call());

/** As if so much time had passed that no request of ours can still be on its way. */
async function letRequestsSettle(orderId: string): Promise<void> {
  await world.write((work) =>
    work.run(`update payments set asked_at = asked_at - interval '1 hour' where order_id = $1`, [orderId]),
  );
}

describe('cancelling a payment', () => {
  it('gives back all that was taken, once, and lets nothing be taken afterwards', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    const cancelled = await cancel(orderId);
    expect(cancelled).toMatchObject({ status: 'cancelled', captured: GBP_10, refunded: GBP_10 });
    expect(await cancel(orderId)).toEqual(cancelled);
    expect(Payments.errors.cancelled.is(await failureOf(take(world, orderId, 'tok_ok')))).toBe(true);
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCaptured', 'paymentCancelled']);
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
  });

  it('gives back only what a refund has left', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    await refund(orderId, 300);
    expect(await cancel(orderId)).toMatchObject({ refunded: GBP_10 });
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
    expect(await chargesOf(world, orderId)).toMatchObject([{ refunded: 1_000 }]);
  });

  it('gives nothing back twice when it is cancelled many times at once', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    await Promise.all(Array.from({ length: 8 }, () => cancel(orderId)));
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCaptured', 'paymentCancelled']);
  });

  it('goes on where it stopped when the answer of the provider was lost', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    world.proxy.loseNextAnswer(REFUND);
    expect(await failureOf(cancel(orderId))).toMatchObject({ mayHaveHappened: true });
    expect(await world.payments.getPayments({ orderIds: [orderId] }, world.call())).toMatchObject([
      { status: 'captured' },
    ]);
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: GBP_10 });
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
  });

  it('keeps an order that was never paid from being paid later', async () => {
    const orderId = newId('ord');
    expect(await cancel(orderId)).toBeNull();
    expect(await cancel(orderId)).toBeNull();
    expect(Payments.errors.cancelled.is(await failureOf(take(world, orderId, 'tok_ok')))).toBe(true);
    expect(await world.payments.getPayments({ orderIds: [orderId] }, world.call())).toEqual([]);
    expect(await chargesOf(world, orderId)).toEqual([]);
    expect(Payments.errors.paymentNotFound.is(await failureOf(refund(orderId, 1)))).toBe(true);
  });

  it('voids a payment whose answer is still awaited', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', captured: money(0, 'GBP') });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided' }]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCancelled']);
    expect(Payments.errors.cancelled.is(await failureOf(take(world, orderId, 'tok_pending')))).toBe(true);
  });

  it('gives back what was captured between looking and voiding', async () => {
    world.takesWebhooks = false;
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    const [charge] = await chargesOf(world, orderId);
    await eventually(async () => expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured' }]));
    // What the cancelling sees when it looks is a moment old.
    world.proxy.changeNextAnswer(/GET \/v1\/charges\?key/, () => ({
      items: [{ ...charge, status: 'pending', captured: 0 }],
    }));
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: GBP_10 });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
    world.takesWebhooks = true;
  });

  it('does not end while a charge may still be on its way, and gives that charge back', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', CHARGE);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    expect(await failureOf(cancel(orderId))).toMatchObject({ name: 'SystemFailure', mayHaveHappened: true });
    held.release();
    expect(Payments.errors.cancelled.is(await taking)).toBe(true);
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: GBP_10 });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCancelled']);
    expect(Payments.errors.refundTooLarge.is(await failureOf(refund(orderId, 1)))).toBe(true);
  });

  it('gives back even a charge that arrives when everything seemed to be over', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', CHARGE);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    await letRequestsSettle(orderId);
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', captured: money(0, 'GBP') });
    held.release();
    expect(Payments.errors.cancelled.is(await taking)).toBe(true);
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
  });

  it('of a declined payment leaves it declined', async () => {
    const orderId = newId('ord');
    await failureOf(take(world, orderId, 'tok_declined'));
    expect(await cancel(orderId)).toMatchObject({ status: 'declined' });
  });

  it('of money that was paid outside changes the books alone', async () => {
    const orderId = newId('ord');
    await world.payments.takePayment({ orderId, amount: GBP_10, method: { provider: 'manual' } }, world.call());
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: GBP_10 });
    expect(await booksOf(world, orderId)).toMatchObject([{ account: 'clearing_manual' }, { account: 'refunds' }, {}]);
  });
});

describe('a refund', () => {
  it('gives back a part, and never more than is left', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    await refund(orderId, 300);
    const failure = await failureOf(refund(orderId, 701));
    expect(Payments.errors.refundTooLarge.is(failure) && failure.details.refundable).toEqual(money(700, 'GBP'));
    await refund(orderId, 700);
    const [summary] = await world.payments.getPayments({ orderIds: [orderId] }, world.call());
    expect(summary).toMatchObject({ status: 'refunded', refunded: GBP_10 });
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCaptured', 'paymentRefunded', 'paymentRefunded']);
  });

  it('happens once, however often and however much at once it is repeated', async () => {
    const orderId = newId('ord');
    const refundId = newId('ref');
    await take(world, orderId, 'tok_ok');
    const all = await Promise.all(Array.from({ length: 8 }, () => refund(orderId, 400, refundId)));
    expect(all).toEqual(all.map(() => ({ refundId, amount: money(400, 'GBP') })));
    expect(await chargesOf(world, orderId)).toMatchObject([{ refunded: 400 }]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentCaptured', 'paymentRefunded']);
  });

  it('of which many are asked for at once stays within what was captured', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_ok');
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => refund(orderId, 400)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await chargesOf(world, orderId)).toMatchObject([{ refunded: 800 }]);
  });

  it('goes on where it stopped when the answer was lost, also after the order was cancelled', async () => {
    const orderId = newId('ord');
    const refundId = newId('ref');
    await take(world, orderId, 'tok_ok');
    world.proxy.loseNextAnswer(REFUND);
    expect(await failureOf(refund(orderId, 400, refundId))).toMatchObject({ mayHaveHappened: true });
    expect(await cancel(orderId)).toMatchObject({ refunded: money(600, 'GBP') });
    await refund(orderId, 400, refundId);
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', refunded: 1_000 }]);
    expect(await booksOf(world, orderId)).toEqual(GONE_BOTH_WAYS);
  });

  it('needs money that was captured', async () => {
    expect(Payments.errors.paymentNotFound.is(await failureOf(refund(newId('ord'), 1)))).toBe(true);
    const orderId = newId('ord');
    await failureOf(take(world, orderId, 'tok_declined'));
    expect(Payments.errors.refundTooLarge.is(await failureOf(refund(orderId, 1)))).toBe(true);
  });

  it('and every cancellation leave a ledger in which everything balances', async () => {
    expect(await unbalanced(world)).toEqual([]);
  });
});
