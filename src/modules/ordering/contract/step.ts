import { z } from 'zod';
import { command } from '../../../shared/contract/index.ts';
import { id, Money } from '../../../shared/values/index.ts';
import { CreditNote, Order, PlacedOrder, Refund } from './order.ts';
import { OrderId } from './values.ts';

/** Steps of this module's own sagas: each runs in the transaction that also writes the saga. */
export const stepOperations = {
  /** What is confirmed stays so: a repeat returns it. Throws `paidOtherwise` unless it is paid to the unit. */
  confirmOrder: command(z.strictObject({ orderId: OrderId, paid: Money.optional() }), PlacedOrder, {
    repeat: 'natural',
  }),
  /** Rejecting what is no longer pending changes nothing. */
  rejectOrder: command(z.strictObject({ orderId: OrderId, code: z.string() }), z.void(), { repeat: 'natural' }),
  /** Cancelling what is cancelled returns it. */
  markCancelled: command(z.strictObject({ orderId: OrderId, reason: z.string() }), Order, { repeat: 'natural' }),
  /** Cancelling a rest that is cancelled returns the order. */
  markRestCancelled: command(
    z.strictObject({ orderId: OrderId, reason: z.string(), refundId: id('ref').nullable() }),
    Order,
    { repeat: 'natural' },
  ),
  /** Recording it again returns it. */
  recordRefund: command(z.strictObject({ refundId: id('ref') }), Refund, { repeat: 'natural' }),
  /** Abandoning what has ended changes nothing. */
  abandonRefund: command(z.strictObject({ refundId: id('ref') }), z.void(), { repeat: 'natural' }),
  /** Recording it again returns it. */
  recordCreditNote: command(z.strictObject({ creditNoteId: id('crn') }), CreditNote, { repeat: 'natural' }),
};
