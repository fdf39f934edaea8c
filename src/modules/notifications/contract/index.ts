import { z } from 'zod';
import { defineContract, query } from '../../../shared/contract/index.ts';
import { id, pageOf, PageRequest } from '../../../shared/values/index.ts';
import { OrderId } from '../../ordering/contract/index.ts';

export const MessageId = id('msg');

export const MessageKind = z.enum(['order_confirmation', 'order_cancellation', 'refund_notice']);
export type MessageKind = z.infer<typeof MessageKind>;

export const Message = z
  .object({
    id: MessageId,
    kind: MessageKind,
    channel: z.enum(['email']),
    recipient: z.string(),
    subject: z.string(),
    /** Plain text. */
    body: z.string(),
    orderId: OrderId,
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
