import { z } from 'zod';
import {
  Address,
  Currency,
  Email,
  id,
  MAX_LINES,
  Money,
  PositiveMoney,
  Quantity,
  Sku,
} from '../../../shared/values/index.ts';
import { PaymentMethod, PaymentStatus } from '../../payments/contract/index.ts';
import { Totals } from '../../pricing/contract/index.ts';
import { CartLine } from './cart.ts';
import { Code, LineId, Moment, OrderId, Reason, Reference } from './values.ts';

export const OrderStatus = z.enum([
  'pending',
  'confirmed',
  'rejected',
  'cancelled',
  'partly_shipped',
  'shipped',
  'delivered',
]);
export type OrderStatus = z.infer<typeof OrderStatus>;

/** A line with what has happened to its pieces. */
const OrderLine = CartLine.extend({
  shippedQuantity: z.int(),
  /** Of those that were not: they will not be sent. */
  cancelledQuantity: z.int(),
  /** Of those that were shipped. */
  returnedQuantity: z.int(),
  refundedQuantity: z.int(),
});

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
    lines: z.array(
      z.object({ sku: z.string().nullable(), title: z.string(), quantity: z.int(), unitPrice: Money, total: Money }),
    ),
    total: Money,
    reason: z.string(),
    issuedAt: Moment,
  })
  .meta({ id: 'CreditNote' });
export type CreditNote = z.infer<typeof CreditNote>;

export const NewRefund = z.strictObject({
  amount: PositiveMoney.optional(),
  lines: z
    .array(z.strictObject({ lineId: LineId, quantity: Quantity }))
    .min(1)
    .max(MAX_LINES)
    .optional(),
  reason: Reason,
  reference: Reference.optional(),
  refundedAt: Moment.optional(),
});

export const NewCreditNote = z.strictObject({
  reference: Reference,
  currency: Currency,
  lines: z
    .array(
      z.strictObject({
        sku: Sku.optional(),
        title: z.string().trim().min(1).max(300),
        quantity: Quantity,
        unitPrice: Money,
      }),
    )
    .min(1)
    .max(MAX_LINES),
  reason: Reason,
  issuedAt: Moment.optional(),
});

export const StaffOrder = z.strictObject({
  currency: Currency,
  email: Email.optional(),
  lines: z
    .array(
      z.strictObject({
        sku: Sku,
        quantity: Quantity,
        unitPrice: Money.optional(),
        title: z.string().trim().min(1).max(300).optional(),
      }),
    )
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
