import { randomUUID } from 'node:crypto';
import {
  buy,
  CONFIRMED,
  forwardPointsOf,
  giveFree,
  setAside,
  settledCase,
  type Begun,
  type CrashCase,
  type Ending,
} from './crash-case.ts';
import { dispatchPart } from './crash-cases-of-goods.ts';

const ofOrder = (orderId: string, act: string, body: object): Begun => ({
  question: { by: 'admin', path: `/admin/v1/orders/${orderId}/${act}`, key: randomUUID(), body },
  orderId,
});

/** Something that staff do to an order that was paid and has its goods. */
const actCase = (point: string, ends: Ending, act: string, body: object): CrashCase => ({
  point,
  how: act,
  ends,
  prepare: async (shop) => ofOrder((await buy(shop)).id, act, body),
});

const REFUND = { amount: { amount: 100, currency: 'GBP' }, reason: 'a dent' };

const refundCases: readonly CrashCase[] = [
  ...forwardPointsOf('ordering.refund').map((point) => actCase(point, CONFIRMED, 'refunds', REFUND)),
  {
    point: 'ordering.refund/failed',
    how: 'payments refuses',
    ends: { ...CONFIRMED, answer: { status: 409, code: 'payments.refund_too_large' } },
    prepare: async (shop, lab) => {
      const { id } = await buy(shop);
      await setAside(id, lab);
      return ofOrder(id, 'refunds', REFUND);
    },
    afterwards: giveFree,
  },
];

const CANCELLED: Ending = { answer: { status: 200 }, order: { status: 'cancelled', charges: ['refunded'] } };
const REASON = { reason: 'changed her mind' };

/** Where a part has been sent, only the rest is cancelled, and only the rest is refunded. */
const restCase = (point: string): CrashCase => ({
  point,
  how: 'a part has been sent',
  ends: { answer: { status: 200 }, order: { status: 'shipped', charges: ['captured'] } },
  prepare: async (shop) => ofOrder((await dispatchPart(shop)).id, 'cancel', REASON),
});

const cancellationCases: readonly CrashCase[] = [
  ...forwardPointsOf('ordering.cancellation').map((point) =>
    point.includes('rest') ? restCase(point) : actCase(point, CANCELLED, 'cancel', REASON),
  ),
  settledCase(actCase('ordering.cancellation/begun', CANCELLED, 'cancel', REASON), CONFIRMED.order),
];

const creditNoteCase = (point: string): CrashCase => ({
  point,
  how: 'credit note',
  ends: { answer: { status: 201 } },
  prepare: () => {
    const line = { title: 'A kettle of the old shop', quantity: 1, unitPrice: { amount: 1_500, currency: 'GBP' } };
    const body = { reference: `OLD-${randomUUID()}`, currency: 'GBP', lines: [line], reason: 'returned' };
    return Promise.resolve({ question: { by: 'admin', path: '/admin/v1/credit-notes', key: randomUUID(), body } });
  },
});

const creditNoteCases: readonly CrashCase[] = [
  ...forwardPointsOf('ordering.credit-note').map(creditNoteCase),
  settledCase(creditNoteCase('ordering.credit-note/begun'), undefined),
];

/** What staff do to orders and instead of orders. */
export const staffCases: readonly CrashCase[] = [...refundCases, ...cancellationCases, ...creditNoteCases];
