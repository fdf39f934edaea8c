import { describe, expect, it } from '@jest/globals';
import { planDispatch, statusAfter, type Dispatch } from './dispatch.ts';
import { planRestRefund, unsentPieces, type RestOrder } from './rest.ts';

const line = (id: string, quantity: number, price: number, tracked = true) => ({
  id,
  quantity,
  tracked,
  unitPrice: { amount: price },
});

/** Three pots of tea, a mug and their wrapping, delivered: 18.00 + 2.50 + 0.50 + 4.00. */
const order: RestOrder = {
  id: 'ord_1',
  status: 'partly_shipped',
  isCancelling: false,
  refunded: 0,
  lines: [line('tea', 3, 600), line('mug', 1, 250), line('wrapping', 1, 50, false)],
  totals: { total: { amount: 2_500 } },
};

function sent(lineId: string, quantity: number, earlier: readonly Dispatch[] = []): Dispatch {
  const plan = planDispatch(order, earlier, [{ lineId, quantity }]);
  return { id: `dsp_${earlier.length}`, orderId: order.id, status: 'shipped', ...plan };
}

describe('the rest of an order', () => {
  it('is the goods that no parcel has taken, and what they cost of the total', () => {
    const first = sent('tea', 2);
    expect(first.amount).toBe(Math.floor((2_500 * 1_200) / 2_050));
    expect(unsentPieces(order, [first])).toEqual([
      { lineId: 'tea', quantity: 1 },
      { lineId: 'mug', quantity: 1 },
    ]);
    expect(planRestRefund(order, [first], [])).toEqual({
      amount: 2_500 - first.amount,
      refundedBefore: 0,
      lines: [
        { lineId: 'tea', quantity: 1 },
        { lineId: 'mug', quantity: 1 },
      ],
    });
  });

  it('counts a parcel that was given up as not sent', () => {
    const failed: Dispatch = { ...sent('tea', 3), status: 'abandoned' };
    expect(planRestRefund(order, [failed], []).amount).toBe(2_500);
  });

  it('is worth less by what was refunded for its pieces, and never more than is left', () => {
    const first = sent('tea', 2);
    const lines = order.lines.map((each) => (each.id === 'tea' ? { ...each, refundedQuantity: 1 } : each));
    const refunded = planRestRefund({ ...order, refunded: 600, lines }, [first], []);
    expect(refunded).toEqual({
      amount: 2_500 - first.amount - 600,
      refundedBefore: 600,
      lines: [{ lineId: 'mug', quantity: 1 }],
    });
    expect(planRestRefund({ ...order, refunded: 2_400 }, [first], []).amount).toBe(100);
    expect(planRestRefund({ ...order, refunded: 2_500 }, [first], [])).toMatchObject({ amount: 0, lines: [] });
  });

  it('leaves an order that is shipped, or delivered when all that was sent has arrived', () => {
    const first = sent('tea', 2);
    expect(statusAfter(order, [first])).toBe('partly_shipped');
    const cancelled = order.lines.map((each) => ({ ...each, cancelledQuantity: each.tracked ? 1 : 0 }));
    const shortened = { ...order, lines: cancelled };
    expect(statusAfter(shortened, [first])).toBe('shipped');
    expect(statusAfter(shortened, [{ ...first, status: 'delivered' }])).toBe('delivered');
    expect(unsentPieces(shortened, [first])).toEqual([]);
  });
});
