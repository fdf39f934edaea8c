import { z } from 'zod';
import { defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Address, id, pageOf, PageRequest, Quantity, Sku } from '../../../shared/values/index.ts';
import { OrderId } from '../../ordering/contract/index.ts';

export const ShipmentId = id('shp');

/** Goods of one line of the order. Lines whose stock is not tracked are never shipped. */
export const ShipmentLine = z.object({
  orderLineId: id('lin'),
  sku: Sku,
  title: z.string(),
  quantity: Quantity,
});
export type ShipmentLine = z.infer<typeof ShipmentLine>;

export const ShipmentStatus = z.enum(['open', 'cancelled']);
export type ShipmentStatus = z.infer<typeof ShipmentStatus>;

export const Shipment = z
  .object({
    id: ShipmentId,
    orderId: OrderId,
    orderNumber: z.int(),
    status: ShipmentStatus,
    lines: z.array(ShipmentLine),
    /** Null where the order was placed without one. */
    shippingAddress: Address.nullable(),
    openedAt: z.iso.datetime(),
    cancelledAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Shipment' });
export type Shipment = z.infer<typeof Shipment>;

export const Fulfilment = defineContract('fulfilment', {
  operations: {
    getShipment: query(z.strictObject({ shipmentId: ShipmentId }), Shipment),
    /** Newest first. */
    listShipments: query(
      PageRequest.extend({ orderId: OrderId.optional(), status: ShipmentStatus.optional() }),
      pageOf(Shipment),
    ),
  },
  events: {
    /** The goods of a confirmed order are to be packed. An order has one shipment at most. */
    shipmentOpened: event(1, {
      of: 'shipmentId',
      data: z.object({
        shipmentId: ShipmentId,
        orderId: OrderId,
        orderNumber: z.int(),
        lines: z.array(ShipmentLine).min(1),
      }),
    }),
    /** Its order was cancelled before the goods left. */
    shipmentCancelled: event(1, {
      of: 'shipmentId',
      data: z.object({ shipmentId: ShipmentId, orderId: OrderId }),
    }),
  },
  errors: {
    shipmentNotFound: problem(404, 'No such shipment', z.object({ shipmentId: z.string() })),
  },
});
