import { Fulfilment, type ShipmentLine } from '../contract/index.ts';

export interface Pieces {
  readonly orderLineId: string;
  readonly quantity: number;
}

/** A shipment's lines, divided into what goes now and what stays. */
export interface DividedLines {
  readonly going: ShipmentLine[];
  readonly staying: ShipmentLine[];
}

/** Divides a shipment by what is to go; without a wish all of it goes. Throws notInShipment. */
export function divideLines(
  shipment: { readonly id: string; readonly lines: readonly ShipmentLine[] },
  wish: readonly Pieces[] | undefined,
): DividedLines {
  const wanted = new Map(
    shipment.lines.map(({ orderLineId, quantity }) => [orderLineId, wish === undefined ? quantity : 0]),
  );
  for (const { orderLineId, quantity } of wish ?? []) {
    wanted.set(orderLineId, (wanted.get(orderLineId) ?? 0) + quantity);
  }
  for (const [orderLineId, pieces] of wanted) {
    const quantity = shipment.lines.find((line) => line.orderLineId === orderLineId)?.quantity ?? 0;
    if (pieces > quantity) throw Fulfilment.errors.notInShipment({ shipmentId: shipment.id, orderLineId, quantity });
  }
  const part = (count: (line: ShipmentLine, goes: number) => number): ShipmentLine[] =>
    shipment.lines
      .map((line) => ({ ...line, quantity: count(line, wanted.get(line.orderLineId) ?? 0) }))
      .filter(({ quantity }) => quantity > 0);
  return { going: part((_, goes) => goes), staying: part(({ quantity }, goes) => quantity - goes) };
}
