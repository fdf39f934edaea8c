import { describe, expect, it } from '@jest/globals';
import { money } from '../../../shared/values/index.ts';
import type { Booking, Charge, ChargeAccount } from './charge.ts';
import { NO_PROVIDER, type Payment } from './payment.ts';
import { missingAtProvider, unknownToUs, type OwnBooking, type OwnBooks } from './reconciliation.ts';

const ORDER_ID = 'ord_01jd3v5x8wq2m7k4r9t6y0abcd';
const TIMEOUT_MS = 5_000;
const LONG_AGO_MS = 3_600_000;

function ours(changes: Partial<Payment> = {}, rest: Partial<Omit<OwnBooks, 'payment'>> = {}): OwnBooks {
  const payment: Payment = {
    orderId: ORDER_ID,
    id: 'pay_1',
    provider: 'sandbox',
    status: 'captured',
    capturesAt: 'checkout',
    currency: 'GBP',
    amount: 1_000,
    askedCurrency: 'GBP',
    askedAmount: 1_000,
    tokenDigest: null,
    chargeId: 'ch_1',
    released: 0,
    captured: 1_000,
    refunded: 0,
    declineReason: null,
    occurredAt: null,
    wasTaken: true,
    askedAgoMs: LONG_AGO_MS,
    ...changes,
  };
  const { captured, refunded } = payment;
  return { payment, captures: [], refunds: [], ledger: { captured, refunded }, ...rest };
}

function theirs(changes: Partial<Charge> = {}, rest: Partial<Omit<ChargeAccount, 'charge'>> = {}): ChargeAccount {
  const charge: Charge = {
    id: 'ch_1',
    key: `${ORDER_ID}:take`,
    orderId: ORDER_ID,
    amount: money(1_000, 'GBP'),
    status: 'captured',
    captured: 1_000,
    refunded: 0,
    declineCode: null,
    ...changes,
  };
  return { charge, captures: [], refunds: [], ...rest };
}

/** Kinds with their repairs. */
const unknown = (account: ChargeAccount | undefined, own: OwnBooks | undefined) =>
  unknownToUs(account, own, TIMEOUT_MS).map(({ kind, repair }) => `${kind}: ${repair?.what ?? 'open'}`);

const refund = (key: string, amount: number, own: Partial<OwnBooking> = {}): OwnBooking & Booking => ({
  key,
  amount,
  isDone: false,
  ageMs: LONG_AGO_MS,
  ...own,
});

describe('books that agree', () => {
  it('have no differences, whatever became of the money', () => {
    const nothing = { captured: 0, refunded: 0 };
    const pairs: [OwnBooks | undefined, ChargeAccount | undefined][] = [
      [ours(), theirs()],
      [ours({ refunded: 1_000 }), theirs({ status: 'refunded', refunded: 1_000 })],
      [ours({ status: 'declined', wasTaken: false, ...nothing }), theirs({ status: 'declined', ...nothing })],
      [ours({ status: 'cancelled', wasTaken: false, ...nothing }), theirs({ status: 'voided', ...nothing })],
      [ours({ status: 'pending', wasTaken: false, ...nothing }), undefined],
      [ours({ provider: NO_PROVIDER, wasTaken: false, amount: 0, ...nothing }), undefined],
      [ours({ amount: 0, ...nothing }), undefined],
      [undefined, undefined],
    ];
    for (const [own, account] of pairs) {
      expect([...missingAtProvider(own, account), ...unknownToUs(account, own, TIMEOUT_MS)]).toEqual([]);
    }
  });
});

describe('what the provider has and we do not', () => {
  const pending = { status: 'pending', wasTaken: false, captured: 0 } as const;
  const unpaid = { wasTaken: false, captured: 0 } as const;

  it('is recorded where we wanted it, once it can no longer be on its way', () => {
    expect(unknown(theirs(), ours(pending))).toEqual(['status_differs: record charge']);
    expect(unknown(theirs(), ours({ ...pending, askedAgoMs: 1_000 }))).toEqual([]);
    const refunded = theirs({ refunded: 300 }, { refunds: [refund('ref_1', 300)] });
    expect(unknown(refunded, ours({}, { refunds: [refund('ref_1', 300)] }))).toEqual(['refund_unknown: record refund']);
    expect(unknown(refunded, ours({}, { refunds: [refund('ref_1', 300, { ageMs: 1_000 })] }))).toEqual([]);
  });

  it('is given back where the order was cancelled, also when it has been given back and was never booked', () => {
    expect(unknown(theirs(), ours({ status: 'cancelled', ...unpaid }))).toEqual(['not_given_back: give back']);
    const returned = theirs({ status: 'refunded', refunded: 1_000 });
    expect(unknown(returned, ours({ status: 'cancelled', ...unpaid }))).toEqual(['not_given_back: give back']);
    expect(unknown(theirs(), ours({ status: 'cancelling' }))).toEqual(['not_given_back: finish cancelling']);
  });

  it.each<[string, string, ChargeAccount, OwnBooks | undefined]>([
    ['a charge of no order of ours', 'charge_unknown', theirs(), undefined],
    ['a charge under another key', 'charge_unknown', theirs({ key: 'other' }), ours()],
    ['money of a declined order', 'not_given_back', theirs(), ours({ status: 'declined', ...unpaid })],
    [
      'a refund that nobody wanted',
      'refund_unknown',
      theirs({ refunded: 300 }, { refunds: [refund('by hand', 300)] }),
      ours(),
    ],
    [
      'a refund over another amount than was wanted',
      'refund_unknown',
      theirs({ refunded: 300 }, { refunds: [refund('ref_1', 300)] }),
      ours({}, { refunds: [refund('ref_1', 200)] }),
    ],
    ['more than we captured', 'capture_unknown', theirs({ captured: 1_000 }), ours({ captured: 900 })],
    ['another currency', 'amount_differs', theirs({ amount: money(1_000, 'USD') }), ours()],
  ])('is left to people otherwise: %s', (_, kind, account, own) => {
    expect(unknown(account, own)).toEqual([`${kind}: open`]);
  });
});

describe('what we have and the provider does not', () => {
  it.each<[string, ChargeAccount | undefined, OwnBooks]>([
    ['charge_missing', undefined, ours()],
    ['capture_missing', theirs({ captured: 400 }), ours()],
    ['refund_missing', theirs(), ours({ refunded: 10 })],
    [
      'status_differs',
      theirs({ status: 'voided', captured: 0 }),
      ours({ status: 'authorised', capturesAt: 'dispatch', captured: 0 }),
    ],
  ])('is never repaired: %s', (kind, account, own) => {
    const findings = missingAtProvider(own, account);
    expect(findings.map((finding) => finding.kind)).toEqual([kind]);
    expect(findings.every(({ repair }) => repair === undefined)).toBe(true);
  });
});
