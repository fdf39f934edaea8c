import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Currency, id, MAX_PAGE_SIZE, Money, PageRequest, pageOf } from '../../../shared/values/index.ts';

const OrderId = id('ord');
const RefundId = id('ref');

const SandboxPayment = z.strictObject({ provider: z.literal('sandbox'), token: z.string().min(1).max(200) });

/** How a shopper can pay: the provider says whether the money is there. */
export const OnlinePaymentMethod = z.discriminatedUnion('provider', [SandboxPayment]);

export const PaymentMethod = z.discriminatedUnion('provider', [
  SandboxPayment,
  /** Paid outside, recorded by staff. */
  z.strictObject({ provider: z.literal('manual') }),
]);
export type PaymentMethod = z.infer<typeof PaymentMethod>;

export const PaymentStatus = z.enum(['pending', 'authorised', 'captured', 'declined', 'cancelled', 'refunded']);

/** The money of one order. */
export const PaymentSummary = z
  .object({
    orderId: OrderId,
    provider: z.string(),
    status: PaymentStatus,
    authorised: Money,
    captured: Money,
    refunded: Money,
  })
  .meta({ id: 'PaymentSummary' });
export type PaymentSummary = z.infer<typeof PaymentSummary>;

/** Many payments together pass the limit of one amount. */
const Sum = z.object({ amount: z.int().min(0), currency: Currency });

const Charge = z.object({
  id: z.string(),
  key: z.string(),
  orderId: z.string(),
  amount: Money,
  status: z.string(),
  refunded: Money,
});

const OfOrder = z.object({ orderId: OrderId, paymentId: z.string(), provider: z.string(), amount: Money });

export const Payments = defineContract('payments', {
  operations: {
    /**
     * Takes the order's money: authorises and captures it in one go. Repeating an orderId asks for the state of the
     * first one, so it is also how a pending payment is followed. Throws `declined`; once cancelled, it stays cancelled.
     */
    takePayment: command(
      z.strictObject({
        orderId: OrderId,
        amount: Money,
        method: PaymentMethod,
        /** When it was paid; default: now. */
        occurredAt: z.iso.datetime().optional(),
      }),
      z.object({ paymentId: z.string(), status: z.enum(['pending', 'captured']), amount: Money }),
      { repeat: 'natural' },
    ),
    /** Gives back whatever was taken, and keeps anything from being taken later. Repeating it changes nothing. */
    cancelPayment: command(z.strictObject({ orderId: OrderId }), PaymentSummary.nullable(), { repeat: 'natural' }),
    /** Repeating a refundId returns the first refund. */
    refundPayment: command(
      z.strictObject({ orderId: OrderId, refundId: RefundId, amount: Money, occurredAt: z.iso.datetime().optional() }),
      z.object({ refundId: RefundId, amount: Money }),
      { repeat: 'natural' },
    ),
    /** Money given back outside, without an order of ours. Repeating a creditNoteId changes nothing. */
    recordCreditNote: command(
      z.strictObject({ creditNoteId: id('crn'), amount: Money, occurredAt: z.iso.datetime() }),
      z.void(),
      { repeat: 'natural' },
    ),
    /** The payments that exist among these orders. */
    getPayments: query(
      z.strictObject({ orderIds: z.array(OrderId).min(1).max(MAX_PAGE_SIZE) }),
      z.array(PaymentSummary),
    ),
    /** A provider's message, verified over its raw body, kept by its id, then applied. */
    receiveWebhook: command(
      z.strictObject({
        provider: z.enum(['sandbox']),
        webhookId: z.string().max(200),
        timestamp: z.string().max(50),
        signature: z.string().max(1_000),
        rawBody: z.string().max(100_000),
      }),
      z.void(),
      { repeat: 'natural' },
    ),
    /** The sandbox provider's own books, asked of the provider. */
    listSandboxCharges: query(PageRequest, pageOf(Charge)),
    /** Sums by account of what occurred from `from` until before `to`. Debits and credits balance. */
    summariseLedger: query(
      z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), currency: Currency }),
      z.object({ items: z.array(z.object({ account: z.string(), debit: Sum, credit: Sum })) }),
    ),
  },
  events: {
    paymentCaptured: event(1, { of: 'orderId', data: OfOrder }),
    paymentDeclined: event(1, { of: 'orderId', data: OfOrder.extend({ reason: z.string() }) }),
    paymentCancelled: event(1, { of: 'orderId', data: OfOrder }),
    paymentRefunded: event(1, { of: 'orderId', data: OfOrder.extend({ refundId: RefundId }) }),
  },
  errors: {
    declined: problem(402, 'The payment was declined', z.object({ orderId: z.string(), reason: z.string() })),
    cancelled: problem(409, 'The payment of this order was cancelled', z.object({ orderId: z.string() })),
    amountDiffers: problem(409, 'This order is being paid with another amount', z.object({ orderId: z.string() })),
    paymentNotFound: problem(404, 'No payment for this order', z.object({ orderId: z.string() })),
    refundTooLarge: problem(409, 'More than what was captured', z.object({ orderId: z.string(), refundable: Money })),
    unknownToken: problem(422, 'The provider does not know this token', z.object({ provider: z.string() })),
    providerNotConfigured: problem(422, 'This payment provider is not set up here', z.object({ provider: z.string() })),
    webhookRefused: problem(401, 'The signature of this message is not valid', z.object({ provider: z.string() })),
  },
});
