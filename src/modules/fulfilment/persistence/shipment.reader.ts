import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Address, type Page, type PageRequest } from '../../../shared/values/index.ts';
import { ShipmentId, type Shipment, type ShipmentLine, type ShipmentStatus } from '../contract/index.ts';
import { lastIdOf } from './last-id-of.ts';

type Moments = 'openedAt' | 'dispatchedAt' | 'deliveredAt' | 'cancelledAt';

interface ShipmentRow extends Omit<Shipment, Moments | 'shippingAddress'> {
  shippingAddress: Address | null;
  openedAt: Date;
  dispatchedAt: Date | null;
  deliveredAt: Date | null;
  cancelledAt: Date | null;
}

const SELECT = `
  select s.id, s.order_id as "orderId", s.order_number as "orderNumber", s.part, s.status,
         s.shipping_address as "shippingAddress", s.carrier, s.tracking_number as "trackingNumber",
         s.opened_at as "openedAt", s.dispatched_at as "dispatchedAt", s.delivered_at as "deliveredAt",
         s.cancelled_at as "cancelledAt",
         (select jsonb_agg(jsonb_build_object('orderLineId', l.order_line_id, 'sku', l.sku, 'title', l.title,
                                              'quantity', l.quantity) order by l.position)
          from shipment_lines l where l.shipment_id = s.id) as lines
  from shipments s`;

export interface ShipmentFilter extends PageRequest {
  readonly orderId?: string | undefined;
  readonly status?: ShipmentStatus | undefined;
}

export class ShipmentReader {
  async find(work: UnitOfWork, shipmentId: string): Promise<Shipment | undefined> {
    const row = await work.row<ShipmentRow>(`${SELECT} where s.id = $1`, [shipmentId]);
    return row === undefined ? undefined : toShipment(row);
  }

  async list(work: UnitOfWork, { limit, cursor, orderId, status }: ShipmentFilter): Promise<Page<Shipment>> {
    const rows = await work.rows<ShipmentRow>(
      `${SELECT}
       where ($1::text is null or s.id < $1) and ($2::text is null or s.order_id = $2) and ($3::text is null or s.status = $3)
       order by s.id desc limit $4`,
      [cursor === undefined ? null : lastIdOf(cursor, ShipmentId), orderId ?? null, status ?? null, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id], toShipment);
  }

  /** Lines of all parcels of the order that have left, the first parcel first. */
  async listSentLines(work: UnitOfWork, orderId: string): Promise<ShipmentLine[]> {
    return await work.rows<ShipmentLine>(
      `select l.order_line_id as "orderLineId", l.sku, l.title, l.quantity
       from shipments s join shipment_lines l on l.shipment_id = s.id
       where s.order_id = $1 and s.status in ('dispatched', 'delivered') order by s.part, l.position`,
      [orderId],
    );
  }
}

function toShipment({ openedAt, dispatchedAt, deliveredAt, cancelledAt, ...row }: ShipmentRow): Shipment {
  return {
    ...row,
    openedAt: openedAt.toISOString(),
    dispatchedAt: dispatchedAt?.toISOString() ?? null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
    cancelledAt: cancelledAt?.toISOString() ?? null,
  };
}
