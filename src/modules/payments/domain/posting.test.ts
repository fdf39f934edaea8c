import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { money } from '../../../shared/values/index.ts';
import type { Payment } from './payment.ts';
import { capturePosting, creditNotePosting, entriesOf, refundPosting, returnedPostings } from './posting.ts';

const payments = fc.record({
  orderId: fc.constantFrom('ord_a', 'ord_b'),
  id: fc.constantFrom('pay_a', 'pay_b'),
  provider: fc.constantFrom('sandbox', 'manual'),
  amount: fc.nat(1_000_000_000),
  currency: fc.constantFrom('GBP', 'JPY'),
  occurredAt: fc.option(fc.date({ noInvalidDate: true })),
}) as unknown as fc.Arbitrary<Payment>;

describe('the money ledger', () => {
  it('gives in every transaction to one account exactly what it takes from another', () => {
    fc.assert(
      fc.property(payments, fc.nat(1_000_000), (payment, refunded) => {
        const amount = money(refunded, payment.currency);
        const postings = [
          capturePosting(payment, payment.id, amount, null),
          capturePosting(payment, 'shp_1', amount, '2010-12-01T00:00:00.000Z'),
          refundPosting(payment, 'ref_1', amount, null),
          creditNotePosting('crn_1', amount, '2010-12-01T00:00:00.000Z'),
          ...returnedPostings(payment, amount),
        ];
        for (const posting of postings) {
          const entries = entriesOf([posting]);
          const sum = (side: 'debit' | 'credit') => entries.reduce((total, entry) => total + entry[side], 0);
          expect(sum('debit')).toBe(sum('credit'));
          expect(new Set(entries.map(({ currency }) => currency)).size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('books a sale to the account of its provider, and money given back the other way round', () => {
    const payment = {
      orderId: 'ord_a',
      id: 'pay_a',
      provider: 'sandbox',
    };
    const accounts = (entries: ReturnType<typeof entriesOf>) => entries.map(({ account, debit }) => [account, debit]);
    expect(accounts(entriesOf([capturePosting(payment as Payment, 'pay_a', money(5, 'GBP'), null)]))).toEqual([
      ['clearing_sandbox', 5],
      ['sales', 0],
    ]);
    const note = creditNotePosting('crn_1', money(7, 'GBP'), '2010-12-01T00:00:00.000Z');
    expect(accounts(entriesOf([note]))).toEqual([
      ['refunds', 7],
      ['clearing_manual', 0],
    ]);
  });

  it('books nothing where no money moved', () => {
    expect(entriesOf([creditNotePosting('crn_1', money(0, 'GBP'), '2010-12-01T00:00:00.000Z')])).toEqual([]);
  });
});
