import type { UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor, toPage, type Address, type Page, type PageRequest } from '../../../shared/values/index.ts';
import { ShipmentId, type Shipment, type ShipmentLine, type ShipmentStatus } from '../contract/index.ts';

interface ShipmentRow {
  id: string;
  orderId: string;
  orderNumber: number;
  status: ShipmentStatus;
  shippingAddress: Address | null;
  openedAt: Date;
  cancelledAt: Date | null;
  lines: ShipmentLine[];
}

const SELECT = `
  select s.id, s.order_id as "orderId", s.order_number as "orderNumber", s.status,
         s.shipping_address as "shippingAddress", s.opened_at as "openedAt", s.cancelled_at as "cancelledAt",
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
      [cursor === undefined ? null : lastIdOf(cursor), orderId ?? null, status ?? null, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id], toShipment);
  }
}

/** The id at which the page before ended. */
function lastIdOf(cursor: string): string {
  const id = ShipmentId.safeParse(decodeCursor(cursor, 1)?.[0]);
  if (id.success) return id.data;
  throw problems.invalidInput([
    { pointer: '/cursor', code: 'invalid_cursor', message: 'Send the nextCursor of the page before, as it came.' },
  ]);
}

function toShipment({ openedAt, cancelledAt, ...row }: ShipmentRow): Shipment {
  return { ...row, openedAt: openedAt.toISOString(), cancelledAt: cancelledAt?.toISOString() ?? null };
}
