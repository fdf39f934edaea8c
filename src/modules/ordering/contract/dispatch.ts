import { z } from 'zod';
import { command, problem } from '../../../shared/contract/index.ts';
import { id, MAX_LINES, Money, Quantity } from '../../../shared/values/index.ts';
import { OrderStatus } from './order.ts';
import { LineId, OrderId } from './values.ts';

/** An attempt to send goods: one that failed is given up, and the next one has an id of its own. */
export const DispatchId = id('dsp');

const Lines = z
  .array(z.strictObject({ lineId: LineId, quantity: Quantity }))
  .min(1)
  .max(MAX_LINES);
const dispatch = z.strictObject({ orderId: OrderId, dispatchId: DispatchId });

/** How whoever sends goods tells the order. */
export const dispatchOperations = {
  /**
   * These goods are about to leave: until that is recorded or abandoned, the order is not cancelled. Answers with their
   * share of the order's total; the shares of all dispatches add up to it. Repeating a dispatchId answers the same.
   */
  beginDispatch: command(dispatch.extend({ lines: Lines }), z.object({ amount: Money, email: z.string().nullable() }), {
    repeat: 'natural',
  }),
  /** They did not leave. Abandoning again changes nothing; a dispatch that was abandoned cannot begin any more. */
  abandonDispatch: command(dispatch, z.void(), { repeat: 'natural' }),
  /** They have left, and the order moves on. Recording it again changes nothing. */
  recordDispatch: command(dispatch, z.object({ status: OrderStatus }), { repeat: 'natural' }),
  /** They have arrived. Recording it again changes nothing. */
  recordDelivery: command(dispatch, z.object({ status: OrderStatus }), { repeat: 'natural' }),
};

export const dispatchErrors = {
  notDispatchable: problem(
    409,
    'This order cannot be dispatched',
    z.object({ orderId: z.string(), status: z.string() }),
  ),
  notLeftToDispatch: problem(
    409,
    'More than is left to dispatch',
    z.object({ orderId: z.string(), lineId: z.string(), left: z.int() }),
  ),
  dispatchAbandoned: problem(409, 'This dispatch was given up', z.object({ dispatchId: z.string() })),
  dispatchUnderWay: problem(409, 'Goods of this order are just leaving', z.object({ orderId: z.string() })),
};
