import { z } from 'zod';
import { command, problem } from '../../../shared/contract/index.ts';
import { id, MAX_LINES, Money, Quantity } from '../../../shared/values/index.ts';
import { LineId, OrderId } from './values.ts';

export const ReturnId = id('ret');

const given = z.strictObject({ orderId: OrderId, returnId: ReturnId });

/** How whoever takes goods back tells the order. */
export const returnOperations = {
  /**
   * These goods come back: no more than was shipped and has not come back. Sets aside what is to be refunded: `refund`, or
   * what was paid for them. `refundId` is null where nothing is. Repeating a returnId answers the same.
   */
  beginReturn: command(
    given.extend({
      lines: z
        .array(z.strictObject({ lineId: LineId, quantity: Quantity }))
        .min(1)
        .max(MAX_LINES),
      refund: Money.optional(),
      reason: z.string().min(1).max(500),
    }),
    z.object({ refundId: id('ref').nullable(), amount: Money }),
    { repeat: 'natural' },
  ),
  /** The money could not be given back, so all is as before. Abandoning again changes nothing, and it is for good. */
  abandonReturn: command(given, z.void(), { repeat: 'natural' }),
  /** Goods and money are back. Recording it again changes nothing. */
  recordReturn: command(given, z.void(), { repeat: 'natural' }),
};

export const returnErrors = {
  notReturnable: problem(
    409,
    'More than was shipped and has not come back',
    z.object({ orderId: z.string(), lineId: z.string(), returnable: z.int() }),
  ),
  returnAbandoned: problem(409, 'This return was given up', z.object({ returnId: z.string() })),
};
