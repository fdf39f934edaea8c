/** Pieces of one line of an order. */
export interface LineQuantity {
  readonly lineId: string;
  readonly quantity: number;
}

/** Pieces by line, however they are split. */
export function piecesByLine(lines: readonly LineQuantity[]): Map<string, number> {
  const pieces = new Map<string, number>();
  for (const { lineId, quantity } of lines) pieces.set(lineId, (pieces.get(lineId) ?? 0) + quantity);
  return pieces;
}
