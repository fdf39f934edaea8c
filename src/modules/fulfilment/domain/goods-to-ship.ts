import type { ShipmentLine } from '../contract/index.ts';

interface SoldLine {
  readonly id: string;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly tracked: boolean;
}

/** What of an order lies on a shelf and has to be packed: services, postage and the like do not. */
export function goodsToShip(lines: readonly SoldLine[]): ShipmentLine[] {
  return lines
    .filter(({ tracked }) => tracked)
    .map(({ id, sku, title, quantity }) => ({ orderLineId: id, sku, title, quantity }));
}
