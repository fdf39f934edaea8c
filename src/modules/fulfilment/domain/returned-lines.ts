import { Fulfilment, type NewReturn, type ReturnLine, type ShipmentLine } from '../contract/index.ts';

type WishedLine = NewReturn['lines'][number];

/**
 * Which pieces come back. Those named by a SKU are found on the lines that sent it, the first line first, as the same SKU
 * may have been bought at several prices. Throws nothingDispatched or notReturnable.
 */
export function planReturnedLines(
  orderId: string,
  sent: readonly ShipmentLine[],
  returned: readonly { readonly orderLineId: string; readonly quantity: number }[],
  wish: readonly WishedLine[],
): ReturnLine[] {
  if (sent.length === 0) throw Fulfilment.errors.nothingDispatched({ orderId });
  const left = piecesLeft(sent, returned);
  return wish.flatMap((wished) => {
    const lines = [...left.values()].filter((line) => names(wished, line));
    const returnable = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const { orderLineId, sku } = wished;
    if (wished.quantity > returnable) throw Fulfilment.errors.notReturnable({ orderId, orderLineId, sku, returnable });
    let open = wished.quantity;
    return lines.flatMap((line) => {
      const quantity = Math.min(open, line.quantity);
      open -= quantity;
      left.set(line.orderLineId, { ...line, quantity: line.quantity - quantity });
      return quantity === 0 ? [] : [{ ...line, quantity, disposition: wished.disposition }];
    });
  });
}

/** By line: what was sent, in however many parcels, less what has come back. */
function piecesLeft(
  sent: readonly ShipmentLine[],
  returned: readonly { readonly orderLineId: string; readonly quantity: number }[],
): Map<string, ShipmentLine> {
  const left = new Map<string, ShipmentLine>();
  for (const line of sent) {
    const earlier = left.get(line.orderLineId)?.quantity ?? 0;
    left.set(line.orderLineId, { ...line, quantity: earlier + line.quantity });
  }
  for (const { orderLineId, quantity } of returned) {
    const line = left.get(orderLineId);
    if (line !== undefined) left.set(orderLineId, { ...line, quantity: line.quantity - quantity });
  }
  return left;
}

function names(wished: WishedLine, line: ShipmentLine): boolean {
  return wished.orderLineId === undefined ? line.sku === wished.sku : line.orderLineId === wished.orderLineId;
}
