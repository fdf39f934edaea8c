import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventually } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { booksOf, capture, chargesOf, summaryOf, take, unbalanced } from './payment-facts.ts';
import { openPaymentsWorld, sendWebhook, type PaymentsWorld } from './payments-world.ts';
import { ageOf, offenders, reconcile } from './reconciliation-facts.ts';

const START_LIMIT_MS = 60_000;
const RUN_LIMIT_MS = 240_000;
const SEQUENCES = 25;
const MAX_STEPS = 10;
const MAX_COMPARISONS = 3;
const ANY_POST = /POST \/v1\/charges/;

const step = fc.record({
  what: fc.constantFrom('take', 'capture', 'capture', 'refund', 'refund', 'release', 'cancel', 'webhook', 'remember'),
  /** Which of a few captures, refunds or messages: so that they are repeated. */
  which: fc.nat(2),
  amount: fc.integer({ min: 1, max: 700 }),
  loseAnswer: fc.boolean(),
  /** Not waited for: what comes next happens at the same time. */
  atOnce: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const sequence = fc.record({
  token: fc.constantFrom('tok_ok', 'tok_ok', 'tok_pending', 'tok_error_once', 'tok_surcharged', 'tok_capture_declined'),
  steps: fc.array(step, { minLength: 2, maxLength: MAX_STEPS }),
});

/** One order, and everything that may happen to its money, in any order. */
class AnyOrder {
  readonly orderId = newId('ord');
  readonly #world: PaymentsWorld;
  readonly #token: string;
  readonly #captureIds = [newId('shp'), newId('shp'), newId('shp')];
  readonly #refundIds = [newId('ref'), newId('ref'), newId('ref')];
  readonly #messages: { id: string; charge: object }[] = [];

  constructor(world: PaymentsWorld, token: string) {
    this.#world = world;
    this.#token = token;
  }

  /** Refusals and lost answers are part of the game: what they leave behind is what is looked at. */
  async carryOut(steps: readonly Step[]): Promise<void> {
    const underWay: Promise<unknown>[] = [take(this.#world, this.orderId, this.#token)];
    await Promise.allSettled(underWay);
    for (const each of steps) {
      if (each.loseAnswer) this.#world.proxy.loseNextAnswer(ANY_POST);
      underWay.push(this.#do(each));
      if (!each.atOnce) await Promise.allSettled(underWay);
    }
    await Promise.allSettled(underWay);
    this.#world.proxy.behave();
  }

  async #do({ what, which, amount }: Step): Promise<void> {
    const { orderId } = this;
    const { payments } = this.#world;
    const call = this.#world.call();
    const captureId = this.#captureIds[which] ?? '';
    const refundId = this.#refundIds[which] ?? '';
    if (what === 'take') await take(this.#world, orderId, this.#token);
    if (what === 'capture') await capture(this.#world, orderId, amount, captureId);
    if (what === 'refund') await payments.refundPayment({ orderId, refundId, amount: money(amount, 'GBP') }, call);
    if (what === 'release') await payments.releaseAuthorisation({ orderId }, call);
    if (what === 'cancel') await payments.cancelPayment({ orderId }, call);
    if (what === 'remember') await this.#remember();
    const message = what === 'webhook' ? this.#messages[which] : undefined;
    if (message === undefined) return;
    const type = `charge.${(message.charge as { status: string }).status}`;
    await sendWebhook(this.#world, { type, data: { charge: message.charge } }, { webhookId: message.id });
  }

  /** What the provider could tell now, to be told later, or several times. */
  async #remember(): Promise<void> {
    const [charge] = await chargesOf(this.#world, this.orderId);
    if (charge !== undefined) this.#messages.push({ id: newId('evt'), charge });
  }
}

async function putRight(world: PaymentsWorld, orderId: string): Promise<void> {
  await eventually(async () => {
    const [charge] = await chargesOf(world, orderId);
    expect(charge?.status).not.toBe('pending');
  });
  await ageOf(world, orderId);
  for (let time = 1; time <= MAX_COMPARISONS; time += 1) {
    if ((await reconcile(world)).repaired === 0) return;
  }
}

async function expectAgreement(world: PaymentsWorld, orderId: string): Promise<void> {
  const [charge] = await chargesOf(world, orderId);
  const summary = await summaryOf(world, orderId);
  const books = await booksOf(world, orderId);
  const clearing = books.find(({ account }) => account === 'clearing_sandbox');
  const theirs = { captured: charge?.captured ?? 0, refunded: charge?.refunded ?? 0 };
  expect({ captured: clearing?.debit ?? 0, refunded: clearing?.credit ?? 0 }).toEqual(theirs);
  expect({ captured: summary?.captured.amount, refunded: summary?.refunded.amount }).toEqual(theirs);
  expect(theirs.captured).toBeLessThanOrEqual(summary?.authorised.amount ?? 0);
  expect(theirs.refunded).toBeLessThanOrEqual(theirs.captured);
  expect(charge?.status === 'authorised').toBe(summary?.status === 'authorised');
  if (summary?.status === 'cancelled') expect(theirs.captured).toBe(theirs.refunded);
}

describe.each(['dispatch', 'checkout'] as const)('where the money is taken at %s', (moment) => {
  let world: PaymentsWorld;

  beforeAll(async () => {
    world = await openPaymentsWorld({ capture: moment });
  }, START_LIMIT_MS);

  afterAll(async () => {
    await world.close();
  }, START_LIMIT_MS);

  it(
    'any sequence of payments, captures, refunds, cancellations and messages leaves our books as the provider’s',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence, async ({ token, steps }) => {
          const order = new AnyOrder(world, token);
          await order.carryOut(steps);
          await putRight(world, order.orderId);
          await expectAgreement(world, order.orderId);
          expect(await unbalanced(world)).toEqual([]);
          expect(await offenders(world)).toEqual([]);
        }),
        { numRuns: SEQUENCES, endOnFailure: true },
      );
    },
    RUN_LIMIT_MS,
  );
});
