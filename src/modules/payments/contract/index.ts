import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Currency, id, MAX_PAGE_SIZE, Money, PageRequest, pageOf } from '../../../shared/values/index.ts';
import {
  CapturedPart,
  CaptureId,
  OrderId,
  PaymentMethod,
  PaymentSummary,
  ProviderCharge,
  RefundId,
  TakenPayment,
} from './payment.ts';
import { Reconciliation } from './reconciliation.ts';

export * from './payment.ts';
export * from './reconciliation.ts';

const Moment = z.iso.datetime();

/** Many payments together pass the limit of one amount. */
const Sum = z.object({ amount: z.int().min(0), currency: Currency });

const OfOrder = z.object({ orderId: OrderId, paymentId: z.string(), provider: z.string(), amount: Money });

export const Payments = defineContract('payments', {
  operations: {
    /**
     * Takes the order's money: captures it in one go, or authorises it for captures to come, as `PAYMENT_CAPTURE` says.
     * Repeating an orderId asks for the state of the first one, so it is also how a pending payment is followed. Throws
     * `declined`; once cancelled, it stays cancelled. The caller compares the answer's amount with what it wanted.
     */
    takePayment: command(
      z.strictObject({
        orderId: OrderId,
        amount: Money,
        method: PaymentMethod,
        /** True where nothing will ever go out to capture it for: it is captured at once, whatever the setting. */
        captureNow: z.boolean().default(false),
        /** When it was paid; default: now. */
        occurredAt: Moment.optional(),
      }),
      TakenPayment,
      { repeat: 'natural' },
    ),
    /**
     * Captures what goes out now of what is authorised. Repeating a captureId returns the first capture. Where all was
     * captured at checkout it takes nothing. Throws `captureTooLarge`, `captureRefused` and `notAuthorised`.
     */
    capturePayment: command(
      z.strictObject({ orderId: OrderId, captureId: CaptureId, amount: Money, occurredAt: Moment.optional() }),
      CapturedPart,
      { repeat: 'natural' },
    ),
    /**
     * Lets go of what is authorised and will never be captured, and keeps what was captured: an authorisation reversal.
     * Where nothing was captured it cancels the payment. Repeating it, or asking where nothing is held, changes nothing.
     */
    releaseAuthorisation: command(
      z.strictObject({
        orderId: OrderId,
        /** So much of what is held is captured before the rest is let go, unless the bank no longer stands by it. */
        captureFirst: Money.optional(),
      }),
      PaymentSummary.nullable(),
      { repeat: 'natural' },
    ),
    /**
     * Voids what is authorised and gives back what was captured, and keeps anything from being taken later. Repeating it
     * changes nothing.
     */
    cancelPayment: command(z.strictObject({ orderId: OrderId }), PaymentSummary.nullable(), { repeat: 'natural' }),
    /** Gives back of what was captured. Repeating a refundId returns the first refund. */
    refundPayment: command(
      z.strictObject({ orderId: OrderId, refundId: RefundId, amount: Money, occurredAt: Moment.optional() }),
      z.object({ refundId: RefundId, amount: Money }),
      { repeat: 'natural' },
    ),
    /** Money given back outside, without an order of ours. Repeating a creditNoteId changes nothing. */
    recordCreditNote: command(
      z.strictObject({ creditNoteId: id('crn'), amount: Money, occurredAt: Moment }),
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
    /**
     * Compares our books with each provider's since the last complete run, repairs what is safe to repair and reports
     * the rest. A repeat compares again; what is repaired is no difference any more.
     */
    reconcilePayments: command(z.strictObject({}), z.object({ items: z.array(Reconciliation) }), { repeat: 'natural' }),
    /** Reports, newest first. */
    listReconciliations: query(PageRequest, pageOf(Reconciliation)),
    /** The sandbox provider's own books, asked of the provider. */
    listSandboxCharges: query(PageRequest, pageOf(ProviderCharge)),
    /** Sums by account of what occurred from `from` until before `to`. Debits and credits balance. */
    summariseLedger: query(
      z.strictObject({ from: Moment, to: Moment, currency: Currency }),
      z.object({ items: z.array(z.object({ account: z.string(), debit: Sum, credit: Sum })) }),
    ),
  },
  events: {
    /** The money is held: it will be captured for what goes out. */
    paymentAuthorised: event(1, { of: 'orderId', data: OfOrder }),
    /** The money is ours: all of it at checkout, or a part for each `captureId`. */
    paymentCaptured: event(1, { of: 'orderId', data: OfOrder.extend({ captureId: CaptureId.optional() }) }),
    paymentDeclined: event(1, { of: 'orderId', data: OfOrder.extend({ reason: z.string() }) }),
    /** What was held and never captured is the buyer's again. */
    authorisationReleased: event(1, { of: 'orderId', data: OfOrder }),
    /** `amount` is what was given back of money that `paymentCaptured` had told of. */
    paymentCancelled: event(1, { of: 'orderId', data: OfOrder }),
    paymentRefunded: event(1, { of: 'orderId', data: OfOrder.extend({ refundId: RefundId }) }),
  },
  errors: {
    declined: problem(402, 'The payment was declined', z.object({ orderId: z.string(), reason: z.string() })),
    cancelled: problem(409, 'The payment of this order was cancelled', z.object({ orderId: z.string() })),
    amountDiffers: problem(409, 'This order is being paid with another amount', z.object({ orderId: z.string() })),
    paymentNotFound: problem(404, 'No payment for this order', z.object({ orderId: z.string() })),
    notAuthorised: problem(
      409,
      'Nothing is held for this order',
      z.object({ orderId: z.string(), status: z.string() }),
    ),
    captureTooLarge: problem(
      409,
      'More than what is still authorised',
      z.object({ orderId: z.string(), capturable: Money }),
    ),
    captureRefused: problem(
      402,
      'The provider no longer gives what it had authorised',
      z.object({ orderId: z.string(), captureId: z.string(), reason: z.string() }),
    ),
    refundTooLarge: problem(409, 'More than what was captured', z.object({ orderId: z.string(), refundable: Money })),
    unknownToken: problem(422, 'The provider does not know this token', z.object({ provider: z.string() })),
    providerNotConfigured: problem(422, 'This payment provider is not set up here', z.object({ provider: z.string() })),
    webhookRefused: problem(401, 'The signature of this message is not valid', z.object({ provider: z.string() })),
  },
});
