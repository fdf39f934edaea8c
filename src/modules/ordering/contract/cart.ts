import { z } from 'zod';
import { Address, Currency, Email, MAX_LINES, Money, Quantity, Sku } from '../../../shared/values/index.ts';
import { Totals } from '../../pricing/contract/index.ts';
import { CartId, Code, LineId, Moment, OrderId } from './values.ts';

export const CartLine = z.object({
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

export const NewCart = z.strictObject({
  currency: Currency,
  email: Email.optional(),
  lines: z
    .array(z.strictObject({ sku: Sku, quantity: Quantity }))
    .max(MAX_LINES)
    .default([]),
  shippingAddress: Address.optional(),
  deliveryOption: Code.optional(),
  coupon: Code.optional(),
});

/** `null` takes a value away. */
export const CartChange = z.strictObject({
  email: Email.nullable().optional(),
  shippingAddress: Address.nullable().optional(),
  deliveryOption: Code.nullable().optional(),
  coupon: Code.nullable().optional(),
});
