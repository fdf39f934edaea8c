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
import { openPaymentsWorld, sendWebhook, type PaymentsWorld } from './payments-world.ts';

const START_LIMIT_MS = 60_000;
const CAPTURE = /POST \/v1\/charges\/.*\/capture$/;
const VOID = /POST \/v1\/charges\/.*\/void$/;
const REFUND = /POST \/v1\/charges\/.*\/refunds$/;

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld({ capture: 'dispatch' });
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const nothing = money(0, 'GBP');
const release = (orderId: string) => world.payments.releaseAuthorisation({ orderId }, world.call());
const cancel = (orderId: string) => world.payments.cancelPayment({ orderId }, world.call());
const refund = (orderId: string, amount: number) =>
  world.payments.refundPayment({ orderId, refundId: newId('ref'), amount: money(amount, 'GBP') }, world.call());

async function authorised(captured = 0): Promise<string> {
  const orderId = newId('ord');
  await take(world, orderId, 'tok_ok');
  if (captured > 0) await capture(world, orderId, captured);
  return orderId;
}

/** Accounts with what they received and gave. */
const netOf = async (orderId: string) =>
  Object.fromEntries((await booksOf(world, orderId)).map(({ account, debit, credit }) => [account, debit - credit]));

describe('what will never go out', () => {
  it('is released, once, and what was captured stays', async () => {
    const orderId = await authorised(400);
    const released = await release(orderId);
    expect(released).toMatchObject({ status: 'captured', authorised: { amount: 400 }, captured: { amount: 400 } });
    expect(await release(orderId)).toEqual(released);
    await Promise.all(Array.from({ length: 4 }, () => release(orderId)));
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 400 }]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured', 'authorisationReleased']);
    expect(Payments.errors.captureTooLarge.is(await failureOf(capture(world, orderId, 1)))).toBe(true);
    expect(await netOf(orderId)).toEqual({ clearing_sandbox: 400, sales: -400 });
  });

  it('is released but for what is still owed of it, which is captured first, once', async () => {
    const orderId = await authorised(400);
    await refund(orderId, 300);
    const releaseRest = () =>
      world.payments.releaseAuthorisation({ orderId, captureFirst: money(300, 'GBP') }, world.call());
    world.proxy.loseNextAnswer(CAPTURE);
    world.proxy.loseNextAnswer(VOID);
    await failureOf(releaseRest());
    await eventually(async () =>
      expect(await releaseRest()).toMatchObject({ status: 'captured', captured: { amount: 700 } }),
    );
    expect(await releaseRest()).toMatchObject({ authorised: { amount: 700 }, refunded: { amount: 300 } });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 700, refunded: 300 }]);
    expect(await netOf(orderId)).toEqual({ clearing_sandbox: 400, refunds: 300, sales: -700 });
  });

  it('is released all the same when the bank no longer stands by what is owed of it', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_capture_declined');
    const released = world.payments.releaseAuthorisation({ orderId, captureFirst: money(300, 'GBP') }, world.call());
    expect(await released).toMatchObject({ status: 'cancelled', captured: nothing });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided' }]);
  });

  it('cancels the payment where nothing was captured', async () => {
    const orderId = await authorised();
    expect(await release(orderId)).toMatchObject({ status: 'cancelled', authorised: nothing, captured: nothing });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided' }]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCancelled']);
    expect(Payments.errors.cancelled.is(await failureOf(take(world, orderId, 'tok_ok')))).toBe(true);
    expect(Payments.errors.cancelled.is(await failureOf(capture(world, orderId, 1)))).toBe(true);
  });

  it('is nothing where all was captured, or nobody ever paid', async () => {
    const orderId = await authorised(1_000);
    expect(await release(orderId)).toMatchObject({ status: 'captured', captured: GBP_10 });
    expect(await release(newId('ord'))).toBeNull();
  });

  it('is released when the answer of the provider was lost, at the second attempt', async () => {
    const orderId = await authorised(400);
    world.proxy.loseNextAnswer(VOID);
    expect(await failureOf(release(orderId))).toMatchObject({ mayHaveHappened: true });
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised' });
    expect(Payments.errors.captureTooLarge.is(await failureOf(capture(world, orderId, 1)))).toBe(true);
    expect(await release(orderId)).toMatchObject({ status: 'captured', authorised: { amount: 400 } });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'captured', captured: 400 }]);
  });
});

describe('cancelling a payment that is only authorised', () => {
  it('voids it, moves no money, and lets nothing be taken afterwards', async () => {
    const orderId = await authorised();
    const cancelled = await cancel(orderId);
    expect(cancelled).toMatchObject({ status: 'cancelled', authorised: nothing, captured: nothing, refunded: nothing });
    expect(await cancel(orderId)).toEqual(cancelled);
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided', captured: 0 }]);
    expect(await booksOf(world, orderId)).toEqual([]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCancelled']);
  });

  it('voids what is held and gives back what was captured and not given back yet', async () => {
    const orderId = await authorised(600);
    await refund(orderId, 100);
    expect(await cancel(orderId)).toMatchObject({
      status: 'cancelled',
      authorised: { amount: 600 },
      captured: { amount: 600 },
      refunded: { amount: 600 },
    });
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', captured: 600, refunded: 600 }]);
    expect(await netOf(orderId)).toEqual({ clearing_sandbox: 0, refunds: 600, sales: -600 });
  });

  it.each([
    ['void', VOID],
    ['refund', REFUND],
  ])('goes on where it stopped when the answer to the %s was lost', async (_, path) => {
    const orderId = await authorised(600);
    world.proxy.loseNextAnswer(path);
    expect(await failureOf(cancel(orderId))).toMatchObject({ mayHaveHappened: true });
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: { amount: 600 } });
    expect(await netOf(orderId)).toEqual({ clearing_sandbox: 0, refunds: 600, sales: -600 });
  });

  it('gives back what a capture took whose answer comes too late', async () => {
    const orderId = await authorised();
    const held = world.proxy.holdNext('answer', CAPTURE);
    const capturing = failureOf(capture(world, orderId, 400));
    await held.arrived;
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', refunded: { amount: 400 } });
    held.release();
    await capturing;
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'refunded', captured: 400 }]);
    expect(await netOf(orderId)).toEqual({ clearing_sandbox: 0, refunds: 400, sales: -400 });
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured', 'paymentCancelled']);
  });

  it('refuses a capture that reaches the provider after the void', async () => {
    const orderId = await authorised();
    const held = world.proxy.holdNext('request', CAPTURE);
    const capturing = failureOf(capture(world, orderId, 400));
    await held.arrived;
    expect(await cancel(orderId)).toMatchObject({ status: 'cancelled', captured: nothing });
    held.release();
    const failure = await capturing;
    expect(Payments.errors.cancelled.is(failure)).toBe(true);
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided', captured: 0 }]);
    expect(await booksOf(world, orderId)).toEqual([]);
  });

  it('gives back once, however many captures, releases and cancellations there are at once', async () => {
    const orderId = await authorised();
    await Promise.allSettled([
      ...Array.from({ length: 4 }, () => capture(world, orderId, 300)),
      ...Array.from({ length: 2 }, () => release(orderId)),
      ...Array.from({ length: 4 }, () => cancel(orderId)),
    ]);
    await eventually(() => cancel(orderId));
    const [charge] = await chargesOf(world, orderId);
    expect(charge?.captured).toBe(charge?.refunded);
    expect(await summaryOf(world, orderId)).toMatchObject({
      status: 'cancelled',
      captured: { amount: charge?.captured },
      refunded: { amount: charge?.refunded },
    });
    expect((await netOf(orderId))['clearing_sandbox'] ?? 0).toBe(0);
    expect((await eventsOf(world, orderId)).filter((event) => event === 'paymentCancelled')).toHaveLength(1);
  });
});

describe('a refund of a payment that is captured in parts', () => {
  it('is never more than was captured', async () => {
    const orderId = await authorised();
    expect(Payments.errors.refundTooLarge.is(await failureOf(refund(orderId, 1)))).toBe(true);
    await capture(world, orderId, 400);
    const failure = await failureOf(refund(orderId, 401));
    expect(Payments.errors.refundTooLarge.is(failure) && failure.details.refundable).toEqual(money(400, 'GBP'));
    await refund(orderId, 400);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised', refunded: { amount: 400 } });
    await capture(world, orderId, 600);
    await refund(orderId, 600);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'refunded', refunded: GBP_10 });
    expect(await unbalanced(world)).toEqual([]);
  });
});

describe('the messages of the provider about authorised money', () => {
  const authorisedMessage = (charge: object) => ({
    type: 'charge.authorised',
    data: { charge: { ...charge, status: 'authorised', captured: 0 } },
  });

  it('count once and never turn back what came after them', async () => {
    world.takesWebhooks = false;
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    const [pending] = await chargesOf(world, orderId);
    await eventually(async () => expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'authorised' }]));
    const message = authorisedMessage(pending ?? {});
    await Promise.all(Array.from({ length: 4 }, () => sendWebhook(world, message)));
    await capture(world, orderId, 400);
    await sendWebhook(world, message);
    await release(orderId);
    await sendWebhook(world, message);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'captured', captured: { amount: 400 } });
    await cancel(orderId);
    await sendWebhook(world, message);
    expect(await eventsOf(world, orderId)).toEqual([
      'paymentAuthorised',
      'paymentCaptured',
      'authorisationReleased',
      'paymentCancelled',
    ]);
    world.takesWebhooks = true;
  });

  it('are believed when they overtake the answer', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('answer', /POST \/v1\/charges$/);
    const taking = take(world, orderId, 'tok_pending');
    await held.arrived;
    await eventually(async () => expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised']));
    held.release();
    expect(await taking).toMatchObject({ status: 'authorised' });
  });

  it('about an order that was cancelled meanwhile have the money let go of', async () => {
    world.takesWebhooks = false;
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', /POST \/v1\/charges$/);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    await world.write((work) => work.run('update payments set asked_at = null where order_id = $1', [orderId]));
    await cancel(orderId);
    const late = { orderId, amount: 1_000, capture: false };
    const { body } = await world.sandbox.charge(`${orderId}:take`, 'tok_ok', late);
    await sendWebhook(world, authorisedMessage(body));
    expect(await chargesOf(world, orderId)).toMatchObject([{ status: 'voided', captured: 0 }]);
    held.release();
    expect(Payments.errors.cancelled.is(await taking)).toBe(true);
    expect(await booksOf(world, orderId)).toEqual([]);
    world.takesWebhooks = true;
  });
});
