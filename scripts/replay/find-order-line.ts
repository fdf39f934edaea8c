import type { PlacedOrder } from './api-shapes.ts';
import type { InvoiceLine } from './invoice-line.ts';

type OrderLine = PlacedOrder['lines'][number];

/**
 * Finds the line of a placed order that stands for line `index` of the invoice. One code may stand on an invoice
 * twice, and the order may answer its lines in another order: the second of two alike is the second of two alike.
 */
export function findOrderLine(
  order: PlacedOrder,
  invoiceLines: readonly InvoiceLine[],
  index: number,
): OrderLine | null {
  const wanted = invoiceLines[index];
  if (!wanted) return null;
  const sameGoods = order.lines.filter(
    (line) => line.sku === wanted.sku && line.unitPrice.amount === wanted.unitPricePence,
  );
  const alike = sameGoods.filter((line) => line.quantity === wanted.quantity);
  const before = invoiceLines.slice(0, index).filter((line) => isAlike(line, wanted)).length;
  // A shop may have merged two lines of one code and price into one: then that is the line.
  return alike[before] ?? (sameGoods.length === 1 ? (sameGoods[0] ?? null) : null);
}

function isAlike(line: InvoiceLine, wanted: InvoiceLine): boolean {
  return line.sku === wanted.sku && line.unitPricePence === wanted.unitPricePence && line.quantity === wanted.quantity;
}
