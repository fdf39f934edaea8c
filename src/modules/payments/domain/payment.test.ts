import { describe, expect, it } from '@jest/globals';
import { Payments } from '../contract/index.ts';
import { money } from '../../../shared/values/index.ts';
import { answerOf, differenceOf, orderOf, takeKey, type Charge } from './charge.ts';
import {
  assertSamePayment,
  capturableOf,
  mayStillBeCharged,
  refundableOf,
  summaryOf,
  takenOrThrow,
  type Payment,
} from './payment.ts';

const PENDING: Payment = {
  orderId: 'ord_01jd3v5x8wq2m7k4r9t6y0abcd',
  id: 'pay_1',
  provider: 'sandbox',
  status: 'pending',
  capturesAt: 'checkout',
  currency: 'GBP',
  amount: 1_000,
  askedCurrency: 'GBP',
  askedAmount: 1_000,
  tokenDigest: 'digest',
  chargeId: null,
  released: 0,
  captured: 0,
  refunded: 0,
  declineReason: null,
  occurredAt: null,
  wasTaken: false,
  askedAgoMs: 0,
};
const CAPTURED: Payment = { ...PENDING, status: 'captured', captured: 1_000, wasTaken: true, chargeId: 'ch_1' };
const HELD: Payment = { ...CAPTURED, status: 'authorised', capturesAt: 'dispatch', captured: 0 };

const CHARGE: Charge = {
  id: 'ch_1',
  key: `${PENDING.orderId}:take`,
  orderId: PENDING.orderId,
  amount: money(1_000, 'GBP'),
  status: 'captured',
  captured: 1_000,
  refunded: 0,
  declineCode: null,
};

function failureOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('a payment', () => {
  it('is taken when it was captured, also after a part of it went back', () => {
    expect(takenOrThrow({ ...CAPTURED, refunded: 1_000 }).status).toBe('captured');
    expect(takenOrThrow(PENDING).status).toBe('pending');
  });

  it('is taken when it is authorised, and for all of that also when a part of it was captured', () => {
    expect(takenOrThrow(HELD)).toMatchObject({ status: 'authorised', amount: money(1_000, 'GBP') });
    const released = { ...HELD, status: 'captured', captured: 400, released: 600 } as const;
    expect(takenOrThrow(released)).toMatchObject({ status: 'captured', amount: money(1_000, 'GBP') });
  });

  it('that was charged otherwise says so to the one who takes it, and still knows what it was asked for', () => {
    const surcharged = { ...CAPTURED, amount: 1_001, captured: 1_001 };
    expect(takenOrThrow(surcharged).amount).toEqual(money(1_001, 'GBP'));
    expect(takenOrThrow({ ...CAPTURED, captured: 1 }).amount).toEqual(money(1, 'GBP'));
    const asked = { provider: 'sandbox', amount: money(1_000, 'GBP'), tokenDigest: 'digest' };
    expect(() => assertSamePayment(surcharged, asked)).not.toThrow();
  });

  it('shows what is held or captured as authorised, which less the captured is what can be captured', () => {
    const partly = { ...HELD, captured: 300 };
    expect(summaryOf(partly)).toMatchObject({
      status: 'authorised',
      authorised: { amount: 1_000 },
      captured: { amount: 300 },
    });
    expect(capturableOf(partly, 300 + 200)).toEqual(money(500, 'GBP'));
    const released = { ...partly, status: 'captured', released: 700 } as const;
    expect(summaryOf(released)).toMatchObject({ status: 'captured', authorised: { amount: 300 } });
    expect(capturableOf(released, 300)).toEqual(money(0, 'GBP'));
    expect(summaryOf(PENDING).authorised).toEqual(money(0, 'GBP'));
    expect(summaryOf({ ...HELD, status: 'cancelled', released: 1_000 }).authorised).toEqual(money(0, 'GBP'));
  });

  it('that was declined or cancelled is told as such, every time', () => {
    const declined = failureOf(() => takenOrThrow({ ...PENDING, status: 'declined', declineReason: 'card_declined' }));
    expect(Payments.errors.declined.is(declined) && declined.details.reason).toBe('card_declined');
    const unknown = failureOf(() => takenOrThrow({ ...PENDING, status: 'declined', declineReason: 'unknown_token' }));
    expect(Payments.errors.unknownToken.is(unknown)).toBe(true);
    for (const status of ['cancelling', 'cancelled'] as const) {
      expect(Payments.errors.cancelled.is(failureOf(() => takenOrThrow({ ...CAPTURED, status })))).toBe(true);
    }
  });

  it.each([
    ['another amount', { amount: money(999, 'GBP') }],
    ['another currency', { amount: money(1_000, 'EUR') }],
    ['another token', { tokenDigest: 'other' }],
    ['another provider', { provider: 'manual' }],
  ])('cannot be repeated with %s', (_, change) => {
    const asked = { provider: 'sandbox', amount: money(1_000, 'GBP'), tokenDigest: 'digest' };
    expect(() => assertSamePayment(PENDING, asked)).not.toThrow();
    expect(Payments.errors.amountDiffers.is(failureOf(() => assertSamePayment(PENDING, { ...asked, ...change })))).toBe(
      true,
    );
  });

  it('that is being cancelled is shown as it was, until the money is back', () => {
    expect(summaryOf({ ...CAPTURED, status: 'cancelling' }).status).toBe('captured');
    expect(summaryOf({ ...PENDING, status: 'cancelling' }).status).toBe('pending');
    expect(summaryOf({ ...HELD, status: 'cancelling' }).status).toBe('authorised');
    expect(summaryOf({ ...CAPTURED, status: 'cancelled', refunded: 1_000 }).status).toBe('cancelled');
  });

  it('is refunded when all of it went back, and has less to refund while a refund is under way', () => {
    expect(summaryOf({ ...CAPTURED, refunded: 400 }).status).toBe('captured');
    expect(summaryOf({ ...CAPTURED, refunded: 1_000 }).status).toBe('refunded');
    expect(refundableOf(CAPTURED, 300)).toEqual(money(700, 'GBP'));
  });

  it('may still be charged for a while after the provider was asked, and not without having been asked', () => {
    expect(mayStillBeCharged({ ...PENDING, askedAgoMs: 14_999 }, 5_000)).toBe(true);
    expect(mayStillBeCharged({ ...PENDING, askedAgoMs: 15_000 }, 5_000)).toBe(false);
    expect(mayStillBeCharged({ ...PENDING, askedAgoMs: null }, 5_000)).toBe(false);
  });
});

describe("a provider's answer", () => {
  it.each([
    ['captured', 'taken', 'taken'],
    ['authorised', 'open', 'taken'],
    ['pending', 'open', 'open'],
    ['declined', 'declined', 'declined'],
    ['voided', 'declined', 'declined'],
    ['refunded', 'declined', 'declined'],
  ] as const)('%s counts as %s where all is captured at checkout, and as %s at dispatch', (status, atOnce, later) => {
    expect(answerOf({ ...CHARGE, status }, 'checkout').kind).toBe(atOnce);
    expect(answerOf({ ...CHARGE, status }, 'dispatch').kind).toBe(later);
  });

  it.each([
    ['orderId', { orderId: 'ord_other' }],
    ['key', { key: 'other' }],
    ['amount', { amount: money(1, 'GBP') }],
    ['currency', { amount: money(1_000, 'USD') }],
    ['captured amount', { captured: 1 }],
  ])('is not believed when the %s is not what was asked', (_, change) => {
    const asked = { orderId: PENDING.orderId, amount: money(1_000, 'GBP'), capturesAt: 'checkout' } as const;
    expect(differenceOf(asked, CHARGE)).toBeUndefined();
    expect(differenceOf(asked, { ...CHARGE, ...change })).toContain(CHARGE.id);
  });

  it('may tell of captures in part where there are to be some', () => {
    const asked = { orderId: PENDING.orderId, amount: money(1_000, 'GBP'), capturesAt: 'dispatch' } as const;
    expect(differenceOf(asked, { ...CHARGE, status: 'authorised', captured: 400 })).toBeUndefined();
  });

  it('names an order by the key of its charge, and no order by any other key', () => {
    expect(orderOf(takeKey(PENDING.orderId))).toBe(PENDING.orderId);
    for (const key of [`${PENDING.orderId}:cancel`, 'shp_1', 'a ord_1:take', '']) expect(orderOf(key)).toBeUndefined();
  });
});
