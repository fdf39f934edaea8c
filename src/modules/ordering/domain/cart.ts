import { MAX_LINES, newId } from '../../../shared/values/index.ts';
import { Ordering, type Cart } from '../contract/index.ts';

/** What the shopper chose, before it is priced. */
export interface ChosenLine {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
}

const MAX_QUANTITY = 100_000;

/** Lines of a new cart: the same SKU twice becomes one line. */
export function chooseLines(lines: readonly { sku: string; quantity: number }[]): ChosenLine[] {
  let chosen: ChosenLine[] = [];
  for (const { sku, quantity } of lines) chosen = addToLines(chosen, sku, quantity);
  return chosen;
}

/** Throws cartFull or quantityTooLarge. */
export function addToLines(lines: readonly ChosenLine[], sku: string, quantity: number): ChosenLine[] {
  const present = lines.find((line) => line.sku === sku);
  if (present !== undefined) return changeQuantity(lines, present.id, present.quantity + quantity);
  if (lines.length >= MAX_LINES) throw Ordering.errors.cartFull({ limit: MAX_LINES });
  return [...lines, { id: newId('lin'), sku, quantity }];
}

/** Throws lineNotFound or quantityTooLarge. */
export function changeQuantity(lines: readonly ChosenLine[], lineId: string, quantity: number): ChosenLine[] {
  if (quantity > MAX_QUANTITY) throw Ordering.errors.quantityTooLarge({ limit: MAX_QUANTITY });
  requireLine(lines, lineId);
  return lines.map((line) => (line.id === lineId ? { ...line, quantity } : line));
}

export function withoutLine(lines: readonly ChosenLine[], lineId: string): ChosenLine[] {
  requireLine(lines, lineId);
  return lines.filter((line) => line.id !== lineId);
}

/** What a cart lacks before it can become an order; delivery counts only where there is something to choose. */
export function missingFor(cart: Cart, deliveryIsOffered: boolean): string[] {
  return [
    ...(cart.lines.length === 0 ? ['lines'] : []),
    ...(deliveryIsOffered && cart.shippingAddress === null ? ['shippingAddress'] : []),
    ...(deliveryIsOffered && cart.deliveryOption === null ? ['deliveryOption'] : []),
  ];
}

function requireLine(lines: readonly ChosenLine[], lineId: string): void {
  if (!lines.some((line) => line.id === lineId)) throw Ordering.errors.lineNotFound({ lineId });
}
