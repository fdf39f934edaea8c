import { piecesByLine, type LineQuantity } from './line-quantity.ts';
import type { DispatchableOrder, Dispatch } from './dispatch.ts';
import type { Return } from './return.ts';

/** What of an order has not been sent, and what has been paid and refunded of it. */
export interface RestOrder extends DispatchableOrder {
  /** Minor units, as are prices and totals. */
  readonly refunded: number;
  readonly lines: readonly (DispatchableOrder['lines'][number] & { readonly refundedQuantity?: number })[];
}

/** Pieces of goods that no dispatch has taken. */
export function unsentPieces(order: DispatchableOrder, dispatches: readonly Dispatch[]): LineQuantity[] {
  const sent = piecesByLine(dispatches.filter(({ status }) => status !== 'abandoned').flatMap(({ lines }) => lines));
  return order.lines
    .filter(({ tracked }) => tracked)
    .map(({ id, quantity, cancelledQuantity = 0 }) => ({
      lineId: id,
      quantity: quantity - cancelledQuantity - (sent.get(id) ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/**
 * What is given back when the rest is not sent: the total less the shares of what was sent, less what its pieces were
 * refunded before; never more than is left. `lines` are the pieces that this refunds, `refundedBefore` what was given
 * back for the others.
 */
export function planRestRefund(
  order: RestOrder,
  dispatches: readonly Dispatch[],
  returns: readonly Return[],
): { readonly amount: number; readonly refundedBefore: number; readonly lines: LineQuantity[] } {
  const active = dispatches.filter(({ status }) => status !== 'abandoned');
  const { amount: total } = order.totals.total;
  const share = total - active.reduce((sum, { amount }) => sum + amount, 0);
  const byReturns = piecesByLine(
    returns
      .filter(({ status }) => status !== 'abandoned')
      .flatMap(({ lines }) => lines.map(({ lineId, refundedQuantity }) => ({ lineId, quantity: refundedQuantity }))),
  );
  let refundedBefore = 0;
  const lines = unsentPieces(order, dispatches).map(({ lineId, quantity }) => {
    const line = order.lines.find(({ id }) => id === lineId);
    const alone = (line?.refundedQuantity ?? 0) - (byReturns.get(lineId) ?? 0);
    const already = Math.min(quantity, Math.max(0, alone));
    refundedBefore += already * (line?.unitPrice.amount ?? 0);
    return { lineId, quantity: quantity - already };
  });
  const amount = Math.min(Math.max(0, share - refundedBefore), total - order.refunded);
  return {
    amount,
    refundedBefore: share - amount,
    lines: amount === 0 ? [] : lines.filter(({ quantity }) => quantity > 0),
  };
}
