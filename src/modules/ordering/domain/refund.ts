import { money, type Money } from '../../../shared/values/index.ts';
import { Ordering, type Order } from '../contract/index.ts';

export interface RefundPlan {
  readonly amount: Money;
  readonly lines: readonly { lineId: string; quantity: number }[];
}

/** An order can be refunded from when it is paid; a cancelled one has given everything back already. */
const REFUNDABLE = new Set<Order['status']>(['confirmed', 'partly_shipped', 'shipped', 'delivered']);

/** What is to be given back, or why not: notRefundable, lineNotFound, amountOrLines, refundTooLarge. */
export function planRefund(
  order: Order,
  wish: { amount?: Money | undefined; lines?: readonly { lineId: string; quantity: number }[] | undefined },
): RefundPlan {
  if (!REFUNDABLE.has(order.status)) throw Ordering.errors.notRefundable({ orderId: order.id, status: order.status });
  if ((wish.amount === undefined) === (wish.lines === undefined)) throw Ordering.errors.amountOrLines({});
  const left = money(order.totals.total.amount - order.refunded.amount, order.currency);
  const plan = wish.lines === undefined ? { amount: wish.amount as Money, lines: [] } : planLines(order, wish.lines);
  const fits = plan.amount.currency === order.currency && plan.amount.amount > 0 && plan.amount.amount <= left.amount;
  if (!fits) throw Ordering.errors.refundTooLarge({ orderId: order.id, refundable: left });
  return plan;
}

function planLines(order: Order, lines: readonly { lineId: string; quantity: number }[]): RefundPlan {
  let amount = 0;
  const wanted = new Map<string, number>();
  for (const { lineId, quantity } of lines) wanted.set(lineId, (wanted.get(lineId) ?? 0) + quantity);
  for (const [lineId, quantity] of wanted) {
    const line = order.lines.find(({ id }) => id === lineId);
    if (line === undefined) throw Ordering.errors.lineNotFound({ lineId });
    const left = line.quantity - line.refundedQuantity;
    if (quantity > left) {
      throw Ordering.errors.refundTooLarge(
        { orderId: order.id, refundable: money(left * line.unitPrice.amount, order.currency) },
        `Of line ${lineId} ${left} can still be refunded.`,
      );
    }
    amount += quantity * line.unitPrice.amount;
  }
  return {
    amount: money(amount, order.currency),
    lines: [...wanted].map(([lineId, quantity]) => ({ lineId, quantity })),
  };
}
