import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Address, Currency, id, Money, pageOf, PageRequest, Quantity, Sku } from '../../../shared/values/index.ts';
import { OnlinePaymentMethod } from '../../payments/contract/index.ts';
import { DeliveryOption, Totals } from '../../pricing/contract/index.ts';
import { Cart, CartChange, CartLine, NewCart } from './cart.ts';
import { dispatchErrors, dispatchOperations } from './dispatch.ts';
import {
  CreditNote,
  NewCreditNote,
  NewRefund,
  Order,
  OrderStatus,
  OrderWithPayment,
  PlacedOrder,
  Refund,
  StaffOrder,
} from './order.ts';
import { returnErrors, returnOperations } from './return.ts';
import { stepOperations } from './step.ts';
import { CartId, LineId, Moment, OrderId, Reason } from './values.ts';

export * from './cart.ts';
export * from './order.ts';
export { DispatchId } from './dispatch.ts';
export { ReturnId } from './return.ts';
export { CartId, LineId, OrderId, Reason } from './values.ts';

/** Only this version is changed; where it is absent, whichever there is. */
const version = z.int().min(1).optional();

export const Ordering = defineContract('ordering', {
  operations: {
    /** A repeat makes another cart: nothing is moved by one. */
    createCart: command(NewCart, Cart, { repeat: 'natural' }),
    getCart: query(z.strictObject({ cartId: CartId }), Cart),
    /** The same change again makes the same cart: send the version to change no other. */
    changeCart: command(CartChange.extend({ cartId: CartId, version }), Cart, { repeat: 'natural' }),
    /** The same SKU again adds to its line: send the version, and a repeat is refused as stale. */
    addCartLine: command(z.strictObject({ cartId: CartId, version, sku: Sku, quantity: Quantity }), Cart, {
      repeat: 'natural',
    }),
    /** The same quantity again changes nothing. */
    changeCartLine: command(z.strictObject({ cartId: CartId, version, lineId: LineId, quantity: Quantity }), Cart, {
      repeat: 'natural',
    }),
    /** Removing a line that is gone is refused as not found. */
    removeCartLine: command(z.strictObject({ cartId: CartId, version, lineId: LineId }), Cart, { repeat: 'natural' }),
    listCartDeliveryOptions: query(z.strictObject({ cartId: CartId }), z.object({ items: z.array(DeliveryOption) })),
    /** A cart completes once. The same idempotency key gets the same order; another one is told which order it became. */
    completeCart: command(
      z.strictObject({ cartId: CartId, payment: OnlinePaymentMethod }),
      z.object({ order: PlacedOrder }),
    ),
    /** For the buyer, with the token that came with the order. */
    getPlacedOrder: query(z.strictObject({ orderId: OrderId, accessToken: z.string().max(200) }), PlacedOrder),

    getOrder: query(z.strictObject({ orderId: OrderId }), OrderWithPayment),
    /** Newest first. */
    listOrders: query(
      PageRequest.extend({
        status: OrderStatus.optional(),
        email: z.string().max(254).optional(),
        from: Moment.optional(),
        to: Moment.optional(),
      }),
      pageOf(Order),
    ),
    /** A reference is taken once; the same idempotency key gets the same order. */
    placeStaffOrder: command(StaffOrder, OrderWithPayment),
    /**
     * Gives stock and money back; of an order that is partly shipped, only the rest. What is cancelled already is not an
     * error; while goods are leaving, it is refused.
     */
    cancelOrder: command(z.strictObject({ orderId: OrderId, reason: Reason.optional() }), OrderWithPayment),
    /** An amount, or lines at their price. The same idempotency key gets the same refund; a reference is taken once. */
    refundOrder: command(z.strictObject({ orderId: OrderId, ...NewRefund.shape }), Refund),
    /** Money given back for a sale that is not an order here. A reference is taken once. */
    issueCreditNote: command(NewCreditNote, CreditNote),

    ...dispatchOperations,
    ...returnOperations,

    ...stepOperations,
  },
  events: {
    /** It is sold: stock is allocated, money is taken. Who ships, counts or writes to the buyer goes on from here. */
    orderConfirmed: event(1, {
      of: 'orderId',
      data: z.object({
        orderId: OrderId,
        number: z.int(),
        email: z.string().nullable(),
        currency: Currency,
        lines: z.array(CartLine.extend({ tracked: z.boolean() })),
        shippingAddress: Address.nullable(),
        deliveryOption: z.string().nullable(),
        totals: Totals,
        placedAt: Moment,
      }),
    }),
    orderRejected: event(1, { of: 'orderId', data: z.object({ orderId: OrderId, code: z.string() }) }),
    /** Its stock and its money have been given back; `refunded` is what this gave back. */
    orderCancelled: event(1, {
      of: 'orderId',
      data: z.object({ orderId: OrderId, number: z.int(), reason: z.string(), refunded: Money, cancelledAt: Moment }),
    }),
    /** What had not been sent is cancelled, and given back as the refund that `orderRefunded` tells of. */
    orderRestCancelled: event(1, {
      of: 'orderId',
      data: z.object({
        orderId: OrderId,
        number: z.int(),
        reason: z.string(),
        lines: z.array(z.object({ lineId: LineId, quantity: z.int() })),
        refunded: Money,
        cancelledAt: Moment,
      }),
    }),
    orderRefunded: event(1, {
      of: 'orderId',
      data: z.object({ orderId: OrderId, refundId: id('ref'), amount: Money, refundedAt: Moment }),
    }),
    creditNoteIssued: event(1, {
      of: 'creditNoteId',
      data: z.object({
        creditNoteId: id('crn'),
        number: z.int(),
        reference: z.string(),
        total: Money,
        issuedAt: Moment,
      }),
    }),
  },
  errors: {
    ...dispatchErrors,
    ...returnErrors,
    cartNotFound: problem(404, 'No such cart', z.object({ cartId: z.string() })),
    lineNotFound: problem(404, 'No such line in this cart', z.object({ lineId: z.string() })),
    cartAlreadyCompleted: problem(409, 'This cart has become an order', z.object({ orderId: z.string() })),
    cartFull: problem(422, 'The cart holds as many lines as it can', z.object({ limit: z.int() })),
    quantityTooLarge: problem(422, 'More than one line can hold', z.object({ limit: z.int() })),
    cartIncomplete: problem(
      422,
      'Something is missing before this cart can be completed',
      z.object({ missing: z.array(z.string()) }),
    ),
    orderNotFound: problem(404, 'No such order', z.object({ orderId: z.string() })),
    referenceTaken: problem(
      409,
      'This reference has been used',
      z.object({
        reference: z.string(),
        orderId: z.string().optional(),
        creditNoteId: z.string().optional(),
        refundId: z.string().optional(),
      }),
    ),
    paidOtherwise: problem(
      409,
      'The provider has charged something else than this order costs',
      z.object({ orderId: z.string(), total: Money, paid: Money.nullable() }),
    ),
    notCancellable: problem(
      409,
      'This order can no longer be cancelled',
      z.object({ orderId: z.string(), status: z.string() }),
    ),
    notRefundable: problem(409, 'This order cannot be refunded', z.object({ orderId: z.string(), status: z.string() })),
    refundTooLarge: problem(409, 'More than is left to refund', z.object({ orderId: z.string(), refundable: Money })),
    amountOrLines: problem(422, 'Give an amount or lines, one of the two', z.object({})),
    priceChanged: problem(
      409,
      'Prices have changed since the cart was shown',
      z.object({ cartId: z.string(), totals: Totals }),
    ),
    placedInFuture: problem(422, 'The time lies in the future', z.object({ field: z.string() })),
  },
});
