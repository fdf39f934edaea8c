import { allocate, money, type Money } from '../../../shared/values/index.ts';
import { Ordering, type Order } from '../contract/index.ts';
import { piecesByLine, type LineQuantity } from './line-quantity.ts';
import { nextShare } from './share.ts';

/** begun (what it gives back is set aside) → done; begun → abandoned. */
export type ReturnStatus = 'begun' | 'done' | 'abandoned';

export interface ReturnedLine extends LineQuantity {
  /** What these pieces were paid, in minor units: what others get is counted from it. */
  readonly share: number;
  /** How many of them this return refunds; the others were refunded before. */
  readonly refundedQuantity: number;
}

export interface Return {
  readonly id: string;
  readonly orderId: string;
  readonly status: ReturnStatus;
  readonly lines: readonly ReturnedLine[];
  readonly refundId: string | null;
  readonly amount: number;
}

/**
 * What comes back and what it was paid. All of an order's price but delivery is shared out among its lines, services
 * included, by their totals, and a line's part among its pieces; what rounding leaves goes to the last line and to the
 * last piece. Of what was refunded before without a return, nothing is refunded again, and never more than is left.
 * Throws lineNotFound, notReturnable or refundTooLarge.
 */
export function planReturn(
  order: Order,
  earlier: readonly Return[],
  wish: { readonly lines: readonly LineQuantity[]; readonly refund?: Money | undefined },
): { readonly lines: ReturnedLine[]; readonly amount: number } {
  const active = earlier.filter(({ status }) => status !== 'abandoned').flatMap(({ lines }) => lines);
  const planned = [...piecesByLine(wish.lines)].map(([lineId, quantity]) => planLine(order, active, lineId, quantity));
  const left = money(order.totals.total.amount - order.refunded.amount, order.currency);
  const due = planned.reduce((sum, { refund }) => sum + refund, 0);
  const refund = wish.refund ?? money(Math.min(due, left.amount), order.currency);
  if (refund.currency !== order.currency || refund.amount > left.amount) {
    throw Ordering.errors.refundTooLarge({ orderId: order.id, refundable: left });
  }
  const lines = planned.map(({ line }) => (refund.amount === 0 ? { ...line, refundedQuantity: 0 } : line));
  return { lines, amount: refund.amount };
}

function planLine(
  order: Order,
  active: readonly ReturnedLine[],
  lineId: string,
  quantity: number,
): { line: ReturnedLine; refund: number } {
  const position = order.lines.findIndex(({ id }) => id === lineId);
  const line = order.lines[position];
  if (line === undefined) throw Ordering.errors.lineNotFound({ lineId });
  const before = active.filter((each) => each.lineId === lineId);
  const sum = (count: (each: ReturnedLine) => number): number => before.reduce((total, each) => total + count(each), 0);
  const returned = sum((each) => each.quantity);
  const returnable = line.shippedQuantity - returned;
  if (quantity > returnable) throw Ordering.errors.notReturnable({ orderId: order.id, lineId, returnable });
  const paid = paidForLines(order)[position] ?? 0;
  const share = nextShare(
    paid,
    sum((each) => each.share),
    { weight: quantity, of: line.quantity, completes: returned + quantity === line.quantity },
  );
  // What was refunded without a return belongs to pieces that were cancelled first, then to those returned for nothing.
  const refundedBefore = line.refundedQuantity - line.cancelledQuantity - returned;
  const alreadyRefunded = Math.min(quantity, Math.max(0, refundedBefore));
  return {
    line: { lineId, quantity, share, refundedQuantity: quantity - alreadyRefunded },
    refund: Math.max(0, share - alreadyRefunded * line.unitPrice.amount),
  };
}

/** What each line was paid, in minor units. */
function paidForLines({ lines, totals }: Order): number[] {
  return allocate(
    totals.total.amount - totals.delivery.amount,
    lines.map(({ total }) => total.amount),
  );
}
