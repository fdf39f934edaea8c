import { z } from 'zod';
import { MAX_LINES, Money, Quantity, Sku } from '../../../shared/values/index.ts';
import { Disposition, Inventory } from '../../inventory/contract/index.ts';
import { LineId, OrderId, Reason, ReturnId } from '../../ordering/contract/index.ts';

export { ReturnId };

export const ReturnStatus = z.enum(['pending', 'completed', 'refused']);
export type ReturnStatus = z.infer<typeof ReturnStatus>;

/** Goods of one line that came back, and what becomes of them. */
export const ReturnLine = z.object({
  orderLineId: LineId,
  sku: Sku,
  title: z.string(),
  quantity: Quantity,
  disposition: Disposition,
});
export type ReturnLine = z.infer<typeof ReturnLine>;

export const Return = z
  .object({
    id: ReturnId,
    orderId: OrderId,
    status: ReturnStatus,
    reason: z.string(),
    /** Where the goods were taken in. */
    location: z.string(),
    lines: z.array(ReturnLine),
    /** What was given back; null unless the return is completed. */
    refund: Money.nullable(),
    /** Why it was refused: the code of the failure. */
    rejection: z.string().nullable(),
    requestedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Return' });
export type Return = z.infer<typeof Return>;

export const NewReturn = z.strictObject({
  orderId: OrderId,
  lines: z
    .array(
      z
        .strictObject({
          orderLineId: LineId.optional(),
          sku: Sku.optional(),
          quantity: Quantity,
          disposition: Disposition,
        })
        .refine(
          ({ orderLineId, sku }) => (orderLineId === undefined) !== (sku === undefined),
          'must name the goods by orderLineId or by sku, one of the two',
        ),
    )
    .min(1)
    .max(MAX_LINES),
  reason: Reason,
  /** What to give back; default: what was paid for the goods. Nothing is given back where it is 0. */
  refund: Money.optional(),
  location: Inventory.operations.receiveReturn.input.shape.location,
});
export type NewReturn = z.infer<typeof NewReturn>;
