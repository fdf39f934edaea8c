import { z } from 'zod';
import { Address, id, Quantity, Sku } from '../../../shared/values/index.ts';
import { LineId, OrderId } from '../../ordering/contract/index.ts';

export const ShipmentId = id('shp');

/** Goods of one line of the order. Lines whose stock is not tracked are never shipped. */
export const ShipmentLine = z.object({
  orderLineId: LineId,
  sku: Sku,
  title: z.string(),
  quantity: Quantity,
});
export type ShipmentLine = z.infer<typeof ShipmentLine>;

export const ShipmentStatus = z.enum(['open', 'dispatching', 'dispatched', 'delivered', 'cancelled']);
export type ShipmentStatus = z.infer<typeof ShipmentStatus>;

/** Who carries it, as the carrier writes it. */
export const Carrier = z.string().trim().min(1).max(100);
export const TrackingNumber = z.string().trim().min(1).max(100);

const Moment = z.iso.datetime();

export const Shipment = z
  .object({
    id: ShipmentId,
    orderId: OrderId,
    orderNumber: z.int(),
    /** Which part of the order's goods this is, from 1: what a dispatch leaves becomes the next part. */
    part: z.int(),
    status: ShipmentStatus,
    lines: z.array(ShipmentLine),
    /** Null where the order was placed without one. */
    shippingAddress: Address.nullable(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    openedAt: Moment,
    dispatchedAt: Moment.nullable(),
    deliveredAt: Moment.nullable(),
    cancelledAt: Moment.nullable(),
  })
  .meta({ id: 'Shipment' });
export type Shipment = z.infer<typeof Shipment>;
