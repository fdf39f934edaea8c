import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Address } from '../../../shared/values/index.ts';
import type { ShipmentLine, ShipmentStatus } from '../contract/index.ts';

export interface NewShipment {
  readonly id: string;
  readonly orderId: string;
  readonly orderNumber: number;
  readonly lines: readonly ShipmentLine[];
  readonly shippingAddress: Address | null;
}

/** Where a shipment stands, under its lock. */
export interface ShipmentState {
  readonly id: string;
  readonly orderId: string;
  readonly status: ShipmentStatus;
  readonly dispatchId: string | null;
  readonly orderCancelled: boolean;
}

const STATE = `id, order_id as "orderId", status, dispatch_id as "dispatchId", order_cancelled as "orderCancelled"`;

/** What is put into the shipment that a head names `opened (id)`; `lines` is the parameter that holds it. */
const fill = (lines: string): string => `
  insert into shipment_lines (shipment_id, position, order_line_id, sku, title, quantity)
  select opened.id, line.position, line.given ->> 'orderLineId', line.given ->> 'sku', line.given ->> 'title',
         (line.given ->> 'quantity')::integer
  from opened cross join jsonb_array_elements(${lines}::jsonb) with ordinality as line(given, position)`;

const OPEN = `
  with opened as (
    insert into shipments (id, order_id, order_number, shipping_address) values ($1, $2, $3, $4)
    on conflict on constraint shipments_one_per_order do nothing
    returning id
  )
  ${fill('$5')}`;

/** $1 new shipment, $2 the one that it is split from, $3 its status, $4 its lines. */
const SPLIT = `
  with opened as (
    insert into shipments (id, order_id, order_number, shipping_address, part, status, order_cancelled, cancelled_at)
    select $1, s.order_id, s.order_number, s.shipping_address,
           (select max(p.part) + 1 from shipments p where p.order_id = s.order_id),
           $3, s.order_cancelled, case when $3 = 'cancelled' then now() end
    from shipments s where s.id = $2
    returning id
  )
  ${fill('$4')}`;

/**
 * States of a shipment: open (to be packed) → dispatching (one attempt is under way) → dispatched → delivered;
 * dispatching → open, when it fails; open → cancelled, with its order. Whoever changes several shipments of an order, or
 * counts them, locks the order's first part before anything else.
 */
export class ShipmentRepository {
  /** Opens the order's first shipment. False when the order has one already. */
  async open(work: UnitOfWork, shipment: NewShipment): Promise<boolean> {
    const { id, orderId, orderNumber, shippingAddress, lines } = shipment;
    const address = shippingAddress === null ? null : JSON.stringify(shippingAddress);
    return (await work.run(OPEN, [id, orderId, orderNumber, address, JSON.stringify(lines)])) > 0;
  }

  /** From now until the transaction ends no part of the order is split, cancelled or returned by anybody else. */
  async lockOrder(work: UnitOfWork, orderId: string): Promise<void> {
    await work.rows('select id from shipments where order_id = $1 and part = 1 for update', [orderId]);
  }

  async findForUpdate(work: UnitOfWork, id: string): Promise<ShipmentState | undefined> {
    return await work.row<ShipmentState>(`select ${STATE} from shipments where id = $1 for update`, [id]);
  }

  /** Open → dispatching. */
  async beginDispatch(work: UnitOfWork, id: string, dispatchId: string): Promise<void> {
    await work.run(`update shipments set status = 'dispatching', dispatch_id = $2 where id = $1`, [id, dispatchId]);
  }

  /** Dispatching → dispatched, with the lines that went. */
  async dispatch(
    work: UnitOfWork,
    id: string,
    {
      lines,
      carrier,
      trackingNumber,
    }: { lines: readonly ShipmentLine[]; carrier: string | null; trackingNumber: string | null },
  ): Promise<void> {
    await work.run(
      `update shipments set status = 'dispatched', dispatched_at = now(), carrier = $2, tracking_number = $3 where id = $1`,
      [id, carrier, trackingNumber],
    );
    await work.run(
      `with kept as (
         update shipment_lines l set quantity = going.quantity
         from jsonb_to_recordset($2::jsonb) as going("orderLineId" text, quantity integer)
         where l.shipment_id = $1 and l.order_line_id = going."orderLineId"
         returning l.position
       )
       delete from shipment_lines l where l.shipment_id = $1 and not exists (select from kept where kept.position = l.position)`,
      [id, JSON.stringify(lines)],
    );
  }

  /** What a dispatch has left becomes the order's next part. */
  async split(
    work: UnitOfWork,
    from: string,
    part: { id: string; status: 'open' | 'cancelled'; lines: readonly ShipmentLine[] },
  ): Promise<void> {
    await work.run(SPLIT, [part.id, from, part.status, JSON.stringify(part.lines)]);
  }

  /** Dispatching → open, or cancelled where the order was cancelled meanwhile. */
  async reopen(work: UnitOfWork, id: string): Promise<void> {
    await work.run(
      `update shipments
       set status = case when order_cancelled then 'cancelled' else 'open' end, dispatch_id = null,
           cancelled_at = case when order_cancelled then now() end
       where id = $1`,
      [id],
    );
  }

  /** Dispatched → delivered. */
  async deliver(work: UnitOfWork, id: string): Promise<void> {
    await work.run(`update shipments set status = 'delivered', delivered_at = now() where id = $1`, [id]);
  }

  /** Cancels what of the order is open, and has what is being dispatched cancelled should that fail. Ids of the former. */
  async cancel(work: UnitOfWork, orderId: string): Promise<string[]> {
    const changed = await work.rows<{ id: string; status: ShipmentStatus }>(
      `update shipments
       set order_cancelled = true, status = case when status = 'open' then 'cancelled' else status end,
           cancelled_at = case when status = 'open' then now() end
       where order_id = $1 and status in ('open', 'dispatching') returning id, status`,
      [orderId],
    );
    return changed.filter(({ status }) => status === 'cancelled').map(({ id }) => id);
  }
}
