import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { MAX_LINES, Money, pageOf, PageRequest, Quantity } from '../../../shared/values/index.ts';
import { DispatchId, LineId, OrderId, ReturnId } from '../../ordering/contract/index.ts';
import { NewReturn, Return, ReturnLine, ReturnStatus } from './return.ts';
import { Carrier, Shipment, ShipmentId, ShipmentLine, ShipmentStatus, TrackingNumber } from './shipment.ts';

export * from './return.ts';
export * from './shipment.ts';

const Tracking = { carrier: Carrier.optional(), trackingNumber: TrackingNumber.optional() };
const Pieces = z
  .array(z.strictObject({ orderLineId: LineId, quantity: Quantity }))
  .min(1)
  .max(MAX_LINES);

export const Fulfilment = defineContract('fulfilment', {
  operations: {
    getShipment: query(z.strictObject({ shipmentId: ShipmentId }), Shipment),
    /** Newest first. */
    listShipments: query(
      PageRequest.extend({ orderId: OrderId.optional(), status: ShipmentStatus.optional() }),
      pageOf(Shipment),
    ),
    /**
     * Sends an open shipment, or some of its lines; what is not sent becomes the next part. The same idempotency key
     * gets the same shipment; another one is told that it is not open. When it fails, the shipment is open again.
     */
    dispatchShipment: command(
      z.strictObject({ shipmentId: ShipmentId, lines: Pieces.optional(), ...Tracking }),
      Shipment,
    ),
    /** The goods have arrived. What is delivered already is not an error. */
    deliverShipment: command(z.strictObject({ shipmentId: ShipmentId }), Shipment),
    /** Goods came back: no more than was sent and has not come back. The same idempotency key gets the same return. */
    returnGoods: command(NewReturn, Return),
    getReturn: query(z.strictObject({ returnId: ReturnId }), Return),
    /** Newest first. */
    listReturns: query(
      PageRequest.extend({ orderId: OrderId.optional(), status: ReturnStatus.optional() }),
      pageOf(Return),
    ),

    // Steps of this module's own sagas: each runs in the transaction that also writes the saga.
    /** A dispatch completes once: a repeat finds it completed and returns the shipment. */
    completeDispatch: command(
      z.strictObject({
        shipmentId: ShipmentId,
        dispatchId: DispatchId,
        lines: Pieces,
        /** Whom to tell, where the buyer left an address. */
        email: z.string().nullable(),
        ...Tracking,
      }),
      Shipment,
      { repeat: 'natural' },
    ),
    /** The dispatch failed. Opening what this dispatch no longer holds changes nothing. */
    reopenShipment: command(z.strictObject({ shipmentId: ShipmentId, dispatchId: DispatchId }), z.void(), {
      repeat: 'natural',
    }),
    /** What is delivered stays so: a repeat returns it. */
    completeDelivery: command(z.strictObject({ shipmentId: ShipmentId }), Shipment, { repeat: 'natural' }),
    /** What is completed stays so: a repeat returns it. */
    completeReturn: command(z.strictObject({ returnId: ReturnId, refund: Money }), Return, { repeat: 'natural' }),
    /** Refusing what has ended changes nothing. */
    refuseReturn: command(z.strictObject({ returnId: ReturnId, code: z.string() }), z.void(), { repeat: 'natural' }),
  },
  events: {
    /** Goods of a confirmed order are to be packed: all of them, or what an earlier dispatch has left. */
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
    /** The goods have left, and what they cost is paid. */
    shipmentDispatched: event(1, {
      of: 'shipmentId',
      data: z.object({
        shipmentId: ShipmentId,
        orderId: OrderId,
        orderNumber: z.int(),
        email: z.string().nullable(),
        lines: z.array(ShipmentLine).min(1),
        carrier: z.string().nullable(),
        trackingNumber: z.string().nullable(),
        dispatchedAt: z.iso.datetime(),
      }),
    }),
    shipmentDelivered: event(1, {
      of: 'shipmentId',
      data: z.object({ shipmentId: ShipmentId, orderId: OrderId, deliveredAt: z.iso.datetime() }),
    }),
    /** Goods are back, and so is the money: `refund` is what the buyer got for them. */
    returnCompleted: event(1, {
      of: 'returnId',
      data: z.object({ returnId: ReturnId, orderId: OrderId, lines: z.array(ReturnLine).min(1), refund: Money }),
    }),
  },
  errors: {
    shipmentNotFound: problem(404, 'No such shipment', z.object({ shipmentId: z.string() })),
    shipmentNotOpen: problem(
      409,
      'This shipment is not open',
      z.object({ shipmentId: z.string(), status: ShipmentStatus }),
    ),
    shipmentNotDispatched: problem(
      409,
      'This shipment is not on its way',
      z.object({ shipmentId: z.string(), status: ShipmentStatus }),
    ),
    notInShipment: problem(
      409,
      'The shipment does not hold these goods',
      z.object({ shipmentId: z.string(), orderLineId: z.string(), quantity: z.int() }),
    ),
    returnNotFound: problem(404, 'No such return', z.object({ returnId: z.string() })),
    nothingDispatched: problem(409, 'Nothing of this order was sent', z.object({ orderId: z.string() })),
    notReturnable: problem(
      409,
      'More than was sent and has not come back',
      z.object({
        orderId: z.string(),
        orderLineId: z.string().optional(),
        sku: z.string().optional(),
        returnable: z.int(),
      }),
    ),
  },
});
