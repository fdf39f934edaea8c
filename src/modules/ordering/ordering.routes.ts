import { z } from 'zod';
import { anyone, staff } from '../../shared/auth/index.ts';
import { problems } from '../../shared/errors/index.ts';
import { get, patch, post, remove, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { CartId, NewCart, Ordering, OrderId, OrderStatus, type OrderWithPayment } from './contract/index.ts';

const { operations } = Ordering;
const cartParams = z.object({ id: CartId });
const lineParams = z.object({ id: CartId, lineId: operations.changeCartLine.input.shape.lineId });
const orderParams = z.object({ id: OrderId });
const ORDER_TOKEN = 'order-token';

/** A day such as 2010-12-01, or a moment: days begin at midnight, UTC. */
const Moment = z.union([z.iso.datetime(), z.iso.date().transform((day) => `${day}T00:00:00.000Z`)]);
const OrderQuery = PageQuery.extend({
  status: OrderStatus.optional(),
  email: z.string().max(254).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});

/** The version that If-Match names ("3"), or the body's. */
function versionOf(ifMatch: string | undefined, inBody: number | undefined): { version?: number } {
  const text = ifMatch === undefined ? undefined : /^(?:W\/)?"?(\d{1,15})"?$/.exec(ifMatch)?.[1];
  if (ifMatch !== undefined && text === undefined) {
    throw problems.invalidInput([
      { pointer: '', code: 'invalid_if_match', message: 'If-Match must be a version such as "3".' },
    ]);
  }
  const version = text === undefined ? inBody : Number(text);
  return version === undefined ? {} : { version };
}

/** Confirmed at once, or still under way: then where to look. */
function replyWithOrder(order: { id: string; status: string }, body: unknown, place: string) {
  const pending = order.status === 'pending';
  return { status: pending ? 202 : 201, body, headers: { location: `${place}/${order.id}` } };
}

export const orderingRoutes: readonly Route[] = [
  post('/store/v1/carts', {
    operation: operations.createCart,
    access: anyone,
    summary: 'Begin a cart',
    body: NewCart,
    successStatus: 201,
  }),
  get('/store/v1/carts/{id}', {
    operation: operations.getCart,
    access: anyone,
    summary: 'Read a cart',
    params: cartParams,
    toInput: ({ params }) => ({ cartId: params.id }),
  }),
  patch('/store/v1/carts/{id}', {
    operation: operations.changeCart,
    access: anyone,
    summary: 'Change e-mail, address, delivery or coupon',
    params: cartParams,
    body: operations.changeCart.input.omit({ cartId: true }),
    headers: ['if-match'],
    toInput: ({ params, body, header }) => ({
      ...body,
      ...versionOf(header('if-match'), body.version),
      cartId: params.id,
    }),
  }),
  post('/store/v1/carts/{id}/lines', {
    operation: operations.addCartLine,
    access: anyone,
    summary: 'Add to a cart',
    params: cartParams,
    successStatus: 201,
    body: operations.addCartLine.input.omit({ cartId: true }),
    headers: ['if-match'],
    toInput: ({ params, body, header }) => ({
      ...body,
      ...versionOf(header('if-match'), body.version),
      cartId: params.id,
    }),
  }),
  patch('/store/v1/carts/{id}/lines/{lineId}', {
    operation: operations.changeCartLine,
    access: anyone,
    summary: 'Change a line’s quantity',
    params: lineParams,
    body: operations.changeCartLine.input.omit({ cartId: true, lineId: true }),
    headers: ['if-match'],
    toInput: ({ params, body, header }) => ({
      ...body,
      ...versionOf(header('if-match'), body.version),
      cartId: params.id,
      lineId: params.lineId,
    }),
  }),
  remove('/store/v1/carts/{id}/lines/{lineId}', {
    operation: operations.removeCartLine,
    access: anyone,
    summary: 'Remove a line',
    params: lineParams,
    headers: ['if-match'],
    toInput: ({ params, header }) => ({
      ...versionOf(header('if-match'), undefined),
      cartId: params.id,
      lineId: params.lineId,
    }),
  }),
  get('/store/v1/carts/{id}/delivery-options', {
    operation: operations.listCartDeliveryOptions,
    access: anyone,
    summary: 'Delivery options for a cart',
    params: cartParams,
    toInput: ({ params }) => ({ cartId: params.id }),
  }),
  post('/store/v1/carts/{id}/complete', {
    operation: operations.completeCart,
    access: anyone,
    summary: 'Buy what is in a cart',
    params: cartParams,
    successStatus: 201,
    body: operations.completeCart.input.omit({ cartId: true }),
    idempotencyKey: 'required',
    toInput: ({ params, body }) => ({ ...body, cartId: params.id }),
    toReply: (output) => replyWithOrder(output.order, output, '/store/v1/orders'),
  }),
  get('/store/v1/orders/{id}', {
    operation: operations.getPlacedOrder,
    access: anyone,
    summary: 'Read an order as its buyer',
    params: orderParams,
    headers: [ORDER_TOKEN],
    toInput: ({ params, header }) => ({ orderId: params.id, accessToken: header(ORDER_TOKEN) ?? '' }),
  }),

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
    toReply: (order: OrderWithPayment) => replyWithOrder(order, order, '/admin/v1/orders'),
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
