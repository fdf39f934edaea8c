import { z } from 'zod';
import { defineContract, query } from '../../../shared/contract/index.ts';
import { id, pageOf, PageRequest } from '../../../shared/values/index.ts';
import { OrderId } from '../../ordering/contract/index.ts';

export const MessageId = id('msg');

export const MessageKind = z.enum([
  'order_confirmation',
  'order_cancellation',
  'refund_notice',
  'dispatch_notice',
  'low_stock',
]);
export type MessageKind = z.infer<typeof MessageKind>;

export const Message = z
  .object({
    id: MessageId,
    kind: MessageKind,
    /** `staff`: for whoever keeps the shop, who reads it here. */
    channel: z.enum(['email', 'staff']),
    recipient: z.string(),
    subject: z.string(),
    /** Plain text. */
    body: z.string(),
    /** Null where it is about no order. */
    orderId: OrderId.nullable(),
    /** `recorded`: written, and not sent by anybody yet. */
    status: z.enum(['recorded']),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

export const Notifications = defineContract('notifications', {
  operations: {
    /** Newest first. */
    listMessages: query(PageRequest.extend({ orderId: OrderId.optional() }), pageOf(Message)),
  },
});
