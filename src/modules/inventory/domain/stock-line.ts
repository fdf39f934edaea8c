/** Pieces of one SKU. */
export interface StockLine {
  readonly sku: string;
  readonly quantity: number;
}

/** One line for each SKU, in the order in which the SKUs first appear. */
export function sumBySku(lines: readonly StockLine[]): StockLine[] {
  const pieces = new Map<string, number>();
  for (const { sku, quantity } of lines) pieces.set(sku, (pieces.get(sku) ?? 0) + quantity);
  return [...pieces].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Do both lists bring the same pieces, however they are split and ordered? */
export function bringTheSame(some: readonly StockLine[], others: readonly StockLine[]): boolean {
  const expected = new Map(sumBySku(others).map(({ sku, quantity }) => [sku, quantity]));
  const summed = sumBySku(some);
  return summed.length === expected.size && summed.every(({ sku, quantity }) => expected.get(sku) === quantity);
}
