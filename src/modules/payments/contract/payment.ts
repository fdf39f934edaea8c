import { z } from 'zod';
import { id, Money } from '../../../shared/values/index.ts';

export const OrderId = id('ord');
export const RefundId = id('ref');

/** The id of what is captured for, such as a shipment. */
export const CaptureId = z
  .string()
  .max(100)
  .regex(/^[a-z]+_[0-9a-z]+$/, 'must be the id of what is captured for');

const SandboxPayment = z.strictObject({ provider: z.literal('sandbox'), token: z.string().min(1).max(200) });

/** How a shopper can pay: the provider says whether the money is there. */
export const OnlinePaymentMethod = z.discriminatedUnion('provider', [SandboxPayment]);

export const PaymentMethod = z.discriminatedUnion('provider', [
  SandboxPayment,
  /** Paid outside, recorded by staff. */
  z.strictObject({ provider: z.literal('manual') }),
]);
export type PaymentMethod = z.infer<typeof PaymentMethod>;

/** `authorised`: money is held, of which a part may be captured. `captured`: nothing is held any more. */
export const PaymentStatus = z.enum(['pending', 'authorised', 'captured', 'declined', 'cancelled', 'refunded']);

/** The money of one order. */
export const PaymentSummary = z
  .object({
    orderId: OrderId,
    provider: z.string(),
    status: PaymentStatus,
    /** What is held or was captured; less `captured`, it is what can still be captured. */
    authorised: Money,
    captured: Money,
    refunded: Money,
  })
  .meta({ id: 'PaymentSummary' });
export type PaymentSummary = z.infer<typeof PaymentSummary>;

export const TakenPayment = z.object({
  paymentId: z.string(),
  status: z.enum(['pending', 'authorised', 'captured']),
  /** What the provider has authorised or captured, which need not be what it was asked for; while pending, that. */
  amount: Money,
});
export type TakenPayment = z.infer<typeof TakenPayment>;

export const CapturedPart = z.object({
  captureId: CaptureId,
  /** What this capture took: nothing, where all was captured at checkout. */
  amount: Money,
  payment: PaymentSummary,
});
export type CapturedPart = z.infer<typeof CapturedPart>;

/** A charge as its provider books it. */
export const ProviderCharge = z.object({
  id: z.string(),
  key: z.string(),
  orderId: z.string(),
  amount: Money,
  status: z.string(),
  captured: Money,
  refunded: Money,
});
