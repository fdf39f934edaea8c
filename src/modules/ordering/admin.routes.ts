import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, post, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { Ordering, OrderId, OrderStatus } from './contract/index.ts';

const { operations } = Ordering;
const orderParams = z.object({ id: OrderId });

/** A day such as 2010-12-01, or a moment: days begin at midnight, UTC. */
const Moment = z.union([z.iso.datetime(), z.iso.date().transform((day) => `${day}T00:00:00.000Z`)]);
const OrderQuery = PageQuery.extend({
  status: OrderStatus.optional(),
  email: z.string().max(254).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});

/** What staff do with orders. */
export const adminRoutes: readonly Route[] = [
  get('/admin/v1/orders', {
    operation: operations.listOrders,
    access: staff('orders:read'),
    summary: 'List orders, newest first',
    query: OrderQuery,
  }),
  get('/admin/v1/orders/{id}', {
    operation: operations.getOrder,
    access: staff('orders:read'),
    summary: 'Read an order with its payment',
    params: orderParams,
    toInput: ({ params }) => ({ orderId: params.id }),
  }),
  post('/admin/v1/orders', {
    operation: operations.placeStaffOrder,
    access: staff('orders:write'),
    summary: 'Place an order as staff',
    successStatus: 201,
    body: operations.placeStaffOrder.input,
    idempotencyKey: 'required',
    toReply: (order) => ({
      status: order.status === 'pending' ? 202 : 201,
      body: order,
      headers: { location: `/admin/v1/orders/${order.id}` },
    }),
  }),
  post('/admin/v1/orders/{id}/cancel', {
    operation: operations.cancelOrder,
    access: staff('orders:write'),
    summary: 'Cancel an order',
    params: orderParams,
    body: operations.cancelOrder.input.omit({ orderId: true }),
    idempotencyKey: 'required',
    toInput: ({ params, body }) => ({ ...body, orderId: params.id }),
  }),
  post('/admin/v1/orders/{id}/refunds', {
    operation: operations.refundOrder,
    access: staff('orders:write'),
    summary: 'Refund an amount or lines',
    params: orderParams,
    successStatus: 201,
    body: operations.refundOrder.input.omit({ orderId: true }),
    idempotencyKey: 'required',
    toInput: ({ params, body }) => ({ ...body, orderId: params.id }),
  }),
  post('/admin/v1/credit-notes', {
    operation: operations.issueCreditNote,
    access: staff('orders:write'),
    summary: 'Give money back for a sale that is no order here',
    successStatus: 201,
    body: operations.issueCreditNote.input,
    idempotencyKey: 'required',
  }),
];
