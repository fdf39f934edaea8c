import { describe, expect, it } from '@jest/globals';
import { money, type Money } from '../../../shared/values/index.ts';
import type { Order } from '../contract/index.ts';
import { planReturn, type Return } from './return.ts';

const gbp = (amount: number): Money => money(amount, 'GBP');

/** Five pots of tea at 6.00 and delivery at 2.00; three were sent, two cancelled and refunded with half the delivery. */
function teaOrder(line: { refundedQuantity: number; returnedQuantity?: number }, refunded: number): Order {
  const tea = { id: 'lin_tea', quantity: 5, unitPrice: gbp(600), total: gbp(3_000), returnedQuantity: 0 };
  const order: Partial<Order> = {
    id: 'ord_1',
    currency: 'GBP',
    refunded: gbp(refunded),
    totals: { items: gbp(3_000), discount: gbp(0), delivery: gbp(200), tax: gbp(0), total: gbp(3_200) },
    lines: [{ ...tea, sku: 'TEA', title: 'Tea', shippedQuantity: 3, cancelledQuantity: 2, ...line }],
  };
  return order as Order;
}

const pieces = (quantity: number) => ({ lines: [{ lineId: 'lin_tea', quantity }] });

describe('what comes back after the rest of its order was cancelled', () => {
  it('is refunded, since what was given back for the cancelled pieces was not for these', () => {
    const order = teaOrder({ refundedQuantity: 2 }, 1_300);
    expect(planReturn(order, [], pieces(1)).amount).toBe(600);
    const all = planReturn(order, [], pieces(3));
    expect(all).toEqual({
      amount: 1_800,
      lines: [{ lineId: 'lin_tea', quantity: 3, share: 1_800, refundedQuantity: 3 }],
    });
  });

  it('is not refunded again for a piece that was refunded beside the cancelled ones', () => {
    const order = teaOrder({ refundedQuantity: 3 }, 1_900);
    const first = planReturn(order, [], pieces(1));
    expect(first).toEqual({
      amount: 0,
      lines: [{ lineId: 'lin_tea', quantity: 1, share: 600, refundedQuantity: 0 }],
    });
    const earlier: Return = { id: 'ret_1', orderId: order.id, status: 'done', refundId: null, ...first };
    expect(planReturn(order, [earlier], pieces(2)).amount).toBe(1_200);
  });

  it('never costs more than is left of what was paid', () => {
    expect(planReturn(teaOrder({ refundedQuantity: 2 }, 3_000), [], pieces(3)).amount).toBe(200);
  });
});
