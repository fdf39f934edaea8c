import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Address } from '../../../shared/values/index.ts';
import type { ShipmentLine } from '../contract/index.ts';

export interface NewShipment {
  readonly id: string;
  readonly orderId: string;
  readonly orderNumber: number;
  readonly lines: readonly ShipmentLine[];
  readonly shippingAddress: Address | null;
}

const OPEN = `
  with opened as (
    insert into shipments (id, order_id, order_number, shipping_address) values ($1, $2, $3, $4)
    on conflict on constraint shipments_one_per_order do nothing
    returning id
  )
  insert into shipment_lines (shipment_id, position, order_line_id, sku, title, quantity)
  select opened.id, line.position, line.given ->> 'orderLineId', line.given ->> 'sku', line.given ->> 'title',
         (line.given ->> 'quantity')::integer
  from opened cross join jsonb_array_elements($5::jsonb) with ordinality as line(given, position)`;

/** States of a shipment: open (to be packed) → cancelled. */
export class ShipmentRepository {
  /** Opens the order's shipment. False when the order has one already. */
  async open(work: UnitOfWork, shipment: NewShipment): Promise<boolean> {
    const { id, orderId, orderNumber, shippingAddress, lines } = shipment;
    const address = shippingAddress === null ? null : JSON.stringify(shippingAddress);
    return (await work.run(OPEN, [id, orderId, orderNumber, address, JSON.stringify(lines)])) > 0;
  }

  /** Cancels the order's shipment if it is open. Its id, or undefined when there is nothing to cancel. */
  async cancel(work: UnitOfWork, orderId: string): Promise<string | undefined> {
    const cancelled = await work.row<{ id: string }>(
      `update shipments set status = 'cancelled', cancelled_at = now()
       where order_id = $1 and status = 'open' returning id`,
      [orderId],
    );
    return cancelled?.id;
  }
}
