import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Address, Currency, Email, id, MAX_LINES, Money, pageOf, PageRequest, Quantity, Sku } from '../../../shared/values/index.ts';
import { PaymentMethod, PaymentStatus } from '../../payments/contract/index.ts';
import { DeliveryOption, Totals } from '../../pricing/contract/index.ts';

export const CartId = id('crt');
export const OrderId = id('ord');
const LineId = id('lin');
const Moment = z.iso.datetime();
const Reference = z.string().trim().min(1).max(200);
const Code = z.string().min(1).max(50);
const Reason = z.string().trim().min(1).max(500);
/** Only this version is changed; where it is absent, whichever there is. */
const version = z.int().min(1).optional();

const CartLine = z.object({
  id: LineId,
  sku: Sku,
  title: z.string(),
  quantity: Quantity,
  unitPrice: Money,
  total: Money,
});

export const Cart = z
  .object({
    id: CartId,
    version: z.int(),
    status: z.enum(['open', 'completing', 'completed']),
    currency: Currency,
    email: z.string().nullable(),
    lines: z.array(CartLine),
    shippingAddress: Address.nullable(),
    deliveryOption: z.string().nullable(),
    coupon: z.string().nullable(),
    totals: Totals,
    orderId: OrderId.nullable(),
    createdAt: Moment,
  })
  .meta({ id: 'Cart' });
export type Cart = z.infer<typeof Cart>;

export const OrderStatus = z.enum(['pending', 'confirmed', 'rejected', 'cancelled', 'partly_shipped', 'shipped', 'delivered']);
export type OrderStatus = z.infer<typeof OrderStatus>;

const OrderLine = CartLine.extend({ refundedQuantity: z.int() });

export const Order = z
  .object({
    id: OrderId,
    number: z.int(),
    version: z.int(),
    status: OrderStatus,
    currency: Currency,
    email: z.string().nullable(),
    lines: z.array(OrderLine),
    shippingAddress: Address.nullable(),
    deliveryOption: z.string().nullable(),
    totals: Totals,
    refunded: Money,
    reference: z.string().nullable(),
    /** Why it was rejected: the code of the failure. */
    rejection: z.string().nullable(),
    placedAt: Moment,
    createdAt: Moment,
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;

/** As its buyer sees it; the access token opens it to a guest. */
export const PlacedOrder = Order.extend({ accessToken: z.string() }).meta({ id: 'PlacedOrder' });
export type PlacedOrder = z.infer<typeof PlacedOrder>;

export const OrderWithPayment = Order.extend({
  payment: z
    .object({ provider: z.string(), status: PaymentStatus, authorised: Money, captured: Money, refunded: Money })
    .nullable(),
}).meta({ id: 'OrderWithPayment' });
export type OrderWithPayment = z.infer<typeof OrderWithPayment>;

export const Refund = z
  .object({
    id: id('ref'),
    orderId: OrderId,
    amount: Money,
    lines: z.array(z.object({ lineId: LineId, quantity: z.int() })),
    reason: z.string(),
    reference: z.string().nullable(),
    refundedAt: Moment,
  })
  .meta({ id: 'Refund' });
export type Refund = z.infer<typeof Refund>;

export const CreditNote = z
  .object({
    id: id('crn'),
    number: z.int(),
    reference: z.string(),
    currency: Currency,
    lines: z.array(z.object({ sku: z.string().nullable(), title: z.string(), quantity: z.int(), unitPrice: Money, total: Money })),
    total: Money,
    reason: z.string(),
    issuedAt: Moment,
  })
  .meta({ id: 'CreditNote' });
export type CreditNote = z.infer<typeof CreditNote>;

export const NewCart = z.strictObject({
  currency: Currency,
  email: Email.optional(),
  lines: z.array(z.strictObject({ sku: Sku, quantity: Quantity })).max(MAX_LINES).default([]),
  shippingAddress: Address.optional(),
  deliveryOption: Code.optional(),
  coupon: Code.optional(),
});

/** `null` takes a value away. */
const CartChange = z.strictObject({
  email: Email.nullable().optional(),
  shippingAddress: Address.nullable().optional(),
  deliveryOption: Code.nullable().optional(),
  coupon: Code.nullable().optional(),
});

const StaffOrder = z.strictObject({
  currency: Currency,
  email: Email.optional(),
  lines: z
    .array(z.strictObject({ sku: Sku, quantity: Quantity, unitPrice: Money.optional(), title: z.string().trim().min(1).max(300).optional() }))
    .min(1)
    .max(MAX_LINES),
  shippingAddress: Address.optional(),
  deliveryOption: Code.optional(),
  payment: PaymentMethod,
  /** May lie in the past, not in the future. */
  placedAt: Moment.optional(),
  /** The caller's own name for it, unique among orders. */
  reference: Reference.optional(),
});

export const Ordering = defineContract('ordering', {
  operations: {
    /** A repeat makes another cart: nothing is moved by one. */
    createCart: command(NewCart, Cart, { repeat: 'natural' }),
    getCart: query(z.strictObject({ cartId: CartId }), Cart),
    changeCart: command(CartChange.extend({ cartId: CartId, version }), Cart, { repeat: 'natural' }),
    /** The same SKU again adds to its line: send the version, and a repeat is refused as stale. */
    addCartLine: command(z.strictObject({ cartId: CartId, version, sku: Sku, quantity: Quantity }), Cart, { repeat: 'natural' }),
    changeCartLine: command(z.strictObject({ cartId: CartId, version, lineId: LineId, quantity: Quantity }), Cart, { repeat: 'natural' }),
    removeCartLine: command(z.strictObject({ cartId: CartId, version, lineId: LineId }), Cart, { repeat: 'natural' }),
    listCartDeliveryOptions: query(z.strictObject({ cartId: CartId }), z.object({ items: z.array(DeliveryOption) })),
    /** A cart completes once. The same idempotency key gets the same order; another one is told which order it became. */
    completeCart: command(z.strictObject({ cartId: CartId, payment: PaymentMethod }), z.object({ order: PlacedOrder })),
    /** For the buyer, with the token that came with the order. */
    getPlacedOrder: query(z.strictObject({ orderId: OrderId, accessToken: z.string().max(200) }), PlacedOrder),

    getOrder: query(z.strictObject({ orderId: OrderId }), OrderWithPayment),
    /** Newest first. */
    listOrders: query(
      PageRequest.extend({ status: OrderStatus.optional(), email: z.string().max(254).optional(), from: Moment.optional(), to: Moment.optional() }),
      pageOf(Order),
    ),
    /** A reference is taken once; the same idempotency key gets the same order. */
    placeStaffOrder: command(StaffOrder, OrderWithPayment),
    /** Gives stock and money back. What is cancelled already is not an error. */
    cancelOrder: command(z.strictObject({ orderId: OrderId, reason: Reason.optional() }), OrderWithPayment),
    /** An amount, or lines at their price. The same idempotency key gets the same refund; a reference is taken once. */
    refundOrder: command(
      z.strictObject({
        orderId: OrderId,
        amount: Money.optional(),
        lines: z.array(z.strictObject({ lineId: LineId, quantity: Quantity })).min(1).max(MAX_LINES).optional(),
        reason: Reason,
        reference: Reference.optional(),
        refundedAt: Moment.optional(),
      }),
      Refund,
    ),
    /** Money given back for a sale that is not an order here. A reference is taken once. */
    issueCreditNote: command(
      z.strictObject({
        reference: Reference,
        currency: Currency,
        lines: z
          .array(z.strictObject({ sku: Sku.optional(), title: z.string().trim().min(1).max(300), quantity: Quantity, unitPrice: Money }))
          .min(1)
          .max(MAX_LINES),
        reason: Reason,
        issuedAt: Moment.optional(),
      }),
      CreditNote,
    ),

    /** Steps of this module's own sagas: each runs in the transaction that also writes the saga. */
    confirmOrder: command(z.strictObject({ orderId: OrderId }), PlacedOrder, { repeat: 'natural' }),
    rejectOrder: command(z.strictObject({ orderId: OrderId, code: z.string() }), z.void(), { repeat: 'natural' }),
    markCancelled: command(z.strictObject({ orderId: OrderId, reason: z.string() }), z.void(), { repeat: 'natural' }),
    recordRefund: command(z.strictObject({ refundId: id('ref') }), Refund, { repeat: 'natural' }),
    abandonRefund: command(z.strictObject({ refundId: id('ref') }), z.void(), { repeat: 'natural' }),
    recordCreditNote: command(z.strictObject({ creditNoteId: id('crn') }), CreditNote, { repeat: 'natural' }),
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
    orderRefunded: event(1, {
      of: 'orderId',
      data: z.object({ orderId: OrderId, refundId: id('ref'), amount: Money, refundedAt: Moment }),
    }),
    creditNoteIssued: event(1, {
      of: 'creditNoteId',
      data: z.object({ creditNoteId: id('crn'), number: z.int(), reference: z.string(), total: Money, issuedAt: Moment }),
    }),
  },
  errors: {
    cartNotFound: problem(404, 'No such cart', z.object({ cartId: z.string() })),
    lineNotFound: problem(404, 'No such line in this cart', z.object({ lineId: z.string() })),
    cartAlreadyCompleted: problem(409, 'This cart has become an order', z.object({ orderId: z.string() })),
    cartFull: problem(422, 'The cart holds as many lines as it can', z.object({ limit: z.int() })),
    quantityTooLarge: problem(422, 'More than one line can hold', z.object({ limit: z.int() })),
    cartIncomplete: problem(422, 'Something is missing before this cart can be completed', z.object({ missing: z.array(z.string()) })),
    orderNotFound: problem(404, 'No such order', z.object({ orderId: z.string() })),
    referenceTaken: problem(409, 'This reference has been used', z.object({ reference: z.string(), orderId: z.string().optional(), creditNoteId: z.string().optional(), refundId: z.string().optional() })),
    notCancellable: problem(409, 'This order can no longer be cancelled', z.object({ orderId: z.string(), status: z.string() })),
    notRefundable: problem(409, 'This order cannot be refunded', z.object({ orderId: z.string(), status: z.string() })),
    refundTooLarge: problem(409, 'More than is left to refund', z.object({ orderId: z.string(), refundable: Money })),
    amountOrLines: problem(422, 'Give an amount or lines, one of the two', z.object({})),
    priceChanged: problem(409, 'Prices have changed since the cart was shown', z.object({ cartId: z.string(), totals: Totals })),
    placedInFuture: problem(422, 'The time lies in the future', z.object({ field: z.string() })),
  },
});
