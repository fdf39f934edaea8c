import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { booksOf, capture, chargesOf, eventsOf, failureOf, GBP_10, summaryOf, take } from './payment-facts.ts';
import { openPaymentsWorld, type PaymentsWorld } from './payments-world.ts';
import { ageOf, offenders, reconcile } from './reconciliation-facts.ts';

const START_LIMIT_MS = 60_000;
const CHARGE = /POST \/v1\/charges$/;
const CAPTURE = /POST \/v1\/charges\/.*\/capture$/;
const REFUND = /POST \/v1\/charges\/.*\/refunds$/;
const VOID = /POST \/v1\/charges\/.*\/void$/;
const ACCOUNTS = /GET \/v1\/accounts/;

let world: PaymentsWorld;

beforeAll(async () => {
  world = await openPaymentsWorld({ capture: 'dispatch' });
  world.takesWebhooks = false;
}, START_LIMIT_MS);

afterAll(async () => {
  await world.close();
}, START_LIMIT_MS);

const keyOf = (orderId: string): string => `${orderId}:take`;
const chargeOf = async (orderId: string) => present((await chargesOf(world, orderId))[0], 'it was charged');

async function authorised(captured = 0): Promise<string> {
  const orderId = newId('ord');
  await take(world, orderId, 'tok_ok');
  if (captured > 0) await capture(world, orderId, captured);
  return orderId;
}

/** The differences of an order that a run reports, by kind and outcome. */
async function found(orderId: string): Promise<string[]> {
  const { differences } = await reconcile(world);
  return differences
    .filter(({ chargeKey }) => chargeKey === keyOf(orderId))
    .map(({ kind, outcome }) => `${kind} ${outcome}`);
}

describe('comparing our books with those of the provider', () => {
  it('finds nothing where nothing was lost, and says what it has looked at', async () => {
    const orderId = await authorised(400);
    const report = await reconcile(world);
    expect(report).toMatchObject({ provider: 'sandbox', complete: true, failure: null, open: 0, differences: [] });
    expect(report.charges).toBeGreaterThan(0);
    expect(report.payments).toBeGreaterThan(0);
    await world.payments.cancelPayment({ orderId }, world.call());
    expect(await reconcile(world)).toMatchObject({ complete: true, repaired: 0, open: 0 });
    const { items } = await world.payments.listReconciliations({ limit: 1 }, world.call());
    expect(items).toMatchObject([{ complete: true, repaired: 0 }]);
    expect(await offenders(world)).toEqual([]);
  });

  it('records a charge whose answer was lost, once', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    await eventually(async () => expect(await chargeOf(orderId)).toMatchObject({ status: 'authorised' }));
    expect(await found(orderId)).toEqual([]);
    await ageOf(world, orderId);
    expect(await found(orderId)).toEqual(['status_differs repaired']);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised', authorised: GBP_10 });
    expect(await found(orderId)).toEqual([]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised']);
  });

  it('records a capture and a refund whose answers were lost, once, also when two compare at once', async () => {
    const orderId = await authorised();
    const captureId = newId('shp');
    const refundId = newId('ref');
    world.proxy.loseNextAnswer(CAPTURE);
    world.proxy.loseNextAnswer(ACCOUNTS);
    await failureOf(capture(world, orderId, 400, captureId));
    await ageOf(world, orderId);
    expect(await found(orderId)).toEqual(['capture_unknown repaired']);
    world.proxy.loseNextAnswer(REFUND);
    const refunding = { orderId, refundId, amount: money(150, 'GBP') };
    await failureOf(world.payments.refundPayment(refunding, world.call()));
    await ageOf(world, orderId);
    await Promise.all([reconcile(world), reconcile(world), reconcile(world)]);
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured', 'paymentRefunded']);
    expect(await booksOf(world, orderId)).toEqual([
      { account: 'clearing_sandbox', debit: 400, credit: 150 },
      { account: 'refunds', debit: 150, credit: 0 },
      { account: 'sales', debit: 0, credit: 400 },
    ]);
    expect(await world.payments.refundPayment(refunding, world.call())).toMatchObject({ refundId });
    expect(await found(orderId)).toEqual([]);
  });

  it('gives back the charge of an order that was cancelled before it came', async () => {
    const orderId = newId('ord');
    const held = world.proxy.holdNext('request', CHARGE);
    const taking = failureOf(take(world, orderId, 'tok_ok'));
    await held.arrived;
    await ageOf(world, orderId);
    await world.payments.cancelPayment({ orderId }, world.call());
    await world.sandbox.charge(keyOf(orderId), 'tok_ok', { orderId, amount: 1_000, capture: false });
    expect(await found(orderId)).toEqual(['not_given_back repaired']);
    expect(await chargeOf(orderId)).toMatchObject({ status: 'voided' });
    held.release();
    await taking;
  });

  it.each([
    ['void', VOID, 'not_given_back'],
    ['refund', REFUND, 'status_differs'],
  ])('finishes a cancellation that lost the answer to its %s', async (_, path, kind) => {
    const orderId = await authorised(400);
    world.proxy.loseNextAnswer(path);
    await failureOf(world.payments.cancelPayment({ orderId }, world.call()));
    expect(await found(orderId)).toEqual([`${kind} repaired`]);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'cancelled', refunded: { amount: 400 } });
    expect(await eventsOf(world, orderId)).toEqual(['paymentAuthorised', 'paymentCaptured', 'paymentCancelled']);
  });

  it('finishes letting go of what will never go out, when that lost its answer', async () => {
    const orderId = await authorised(400);
    world.proxy.loseNextAnswer(VOID);
    await failureOf(world.payments.releaseAuthorisation({ orderId }, world.call()));
    expect(await found(orderId)).toEqual(['status_differs repaired']);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'captured', authorised: { amount: 400 } });
  });

  it('leaves alone what is still under way', async () => {
    const orderId = newId('ord');
    await take(world, orderId, 'tok_pending');
    await eventually(async () => expect(await chargeOf(orderId)).toMatchObject({ status: 'authorised' }));
    expect(await found(orderId)).toEqual([]);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'pending' });
    await take(world, orderId, 'tok_pending');
  });
});

describe('what cannot be repaired by itself', () => {
  it('is named by the audit until it is gone: a charge that we never asked for', async () => {
    const { body } = await world.sandbox.charge('of another system', 'tok_ok');
    expect((await reconcile(world)).differences).toMatchObject([
      { kind: 'charge_unknown', chargeKey: 'of another system', outcome: 'open' },
    ]);
    expect(await offenders(world)).toEqual([expect.stringContaining('of another system of sandbox: charge_unknown')]);
    await world.sandbox.refund(body.id, 'put right', 1_250);
    expect(await reconcile(world)).toMatchObject({ open: 0 });
    expect(await offenders(world)).toEqual([]);
  });

  it('is found from our side too: a charge that the provider does not have', async () => {
    const orderId = newId('ord');
    await world.write((work) =>
      work.run(
        `insert into payments (order_id, id, provider, status, currency, amount, charge_id, captured, captured_at)
         values ($1, $2, 'sandbox', 'captured', 'GBP', 500, 'ch_none', 500, now())`,
        [orderId, newId('pay')],
      ),
    );
    expect(await found(orderId)).toEqual(['charge_missing open']);
    await world.write((work) => work.run('delete from payments where order_id = $1', [orderId]));
    expect(await found(orderId)).toEqual([]);
    expect(await offenders(world)).toEqual([]);
  });

  const plant = (sql: string) => async (orderId: string) => {
    await world.write((work) => work.run(sql, [orderId]));
  };
  const later = 'changed_at = now()';

  it.each<[string, string, (orderId: string) => Promise<unknown>]>([
    [
      'refund_unknown',
      'a refund that was made in its dashboard',
      async (orderId) => await world.sandbox.refund((await chargeOf(orderId)).id, newId('dashboard'), 10),
    ],
    [
      'capture_unknown',
      'a capture that was made in its dashboard',
      async (orderId) => await world.sandbox.capture((await chargeOf(orderId)).id, newId('dashboard'), { amount: 10 }),
    ],
    [
      'status_differs',
      'an authorisation that has lapsed',
      async (orderId) => await world.sandbox.void((await chargeOf(orderId)).id, newId('lapsed')),
    ],
    [
      'refund_missing',
      'a refund that we booked and it never made',
      plant(`update payments set refunded = 10, ${later} where order_id = $1`),
    ],
    [
      'capture_missing',
      'a capture that we booked and it never made',
      plant(`update payments set captured = captured + 10, ${later} where order_id = $1`),
    ],
    [
      'amount_differs',
      'another amount than it was charged with',
      plant(`update payments set amount = 1001, ${later} where order_id = $1`),
    ],
    ['ledger_differs', 'a ledger that lost an entry', plant(`delete from ledger_entries where order_id = $1`)],
  ])('%s: %s', async (kind, _, cause) => {
    const orderId = await authorised(400);
    await cause(orderId);
    const kinds = await found(orderId);
    expect(kinds).toContain(`${kind} open`);
    expect(kinds.filter((each) => each.endsWith('repaired'))).toEqual([]);
    expect(await offenders(world)).toContainEqual(expect.stringContaining(`${keyOf(orderId)} of sandbox: ${kind}`));
    expect(await found(orderId)).toEqual(kinds);
  });
});

describe('a comparison that cannot go on', () => {
  it('says why in its report, and the next one goes on from there', async () => {
    const orderId = await authorised(400);
    const before = await reconcile(world);
    expect(before.complete).toBe(true);
    world.proxy.loseNextAnswer(/GET \/v1\/accounts\?limit/);
    expect(await reconcile(world)).toMatchObject({ complete: false, failure: expect.stringContaining('no answer') });
    const next = await reconcile(world);
    expect(next).toMatchObject({ complete: true, failure: null });
    expect(await summaryOf(world, orderId)).toMatchObject({ captured: { amount: 400 } });
  });

  it('begins anew when the provider has begun other books', async () => {
    await world.write((work) => work.run(`update reconciliations set provider_to = '999999', complete = false`));
    expect(await reconcile(world)).toMatchObject({ complete: false, failure: expect.stringContaining('cursor') });
    const anew = await reconcile(world);
    expect(anew).toMatchObject({ complete: true });
    expect(anew.charges).toBeGreaterThan(10);
  });

  it('reads again what changed in the half hour before the last complete one, and no more', async () => {
    await world.write((work) => work.run(`update reconciliations set started_at = started_at - interval '31 minutes'`));
    const orderId = await authorised(400);
    const first = await reconcile(world);
    expect(first).toMatchObject({ complete: true });
    expect(first.charges).toBeLessThan(10);
    const second = await reconcile(world);
    expect(second.charges).toBe(first.charges);
    expect(await summaryOf(world, orderId)).toMatchObject({ status: 'authorised' });
  });
});
