import { describe, expect, it } from '@jest/globals';
import { money, type Money } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';
import { assertPaid } from './order-paid.ts';

const ORDER_ID = 'ord_01jd3v5x8wq2m7k4r9t6y0abcd';

describe('an order', () => {
  it('is sold for what it costs, and given away when it costs nothing', () => {
    expect(() => assertPaid(ORDER_ID, money(600, 'GBP'), money(600, 'GBP'))).not.toThrow();
    expect(() => assertPaid(ORDER_ID, money(0, 'GBP'), undefined)).not.toThrow();
  });

  it.each<[string, Money | undefined]>([
    ['a penny more', money(601, 'GBP')],
    ['a penny less', money(599, 'GBP')],
    ['as much of another currency', money(600, 'USD')],
    ['nothing', undefined],
  ])('is not sold for %s', (_, paid) => {
    let failure: unknown;
    try {
      assertPaid(ORDER_ID, money(600, 'GBP'), paid);
    } catch (error) {
      failure = error;
    }
    expect(Ordering.errors.paidOtherwise.is(failure) && failure.details).toEqual({
      orderId: ORDER_ID,
      total: money(600, 'GBP'),
      paid: paid ?? null,
    });
  });
});
