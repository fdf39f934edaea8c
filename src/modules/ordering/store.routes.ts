import { z } from 'zod';
import { anyone } from '../../shared/auth/index.ts';
import { problems } from '../../shared/errors/index.ts';
import { get, patch, post, remove, type Route } from '../../shared/http/index.ts';
import { CartId, NewCart, Ordering, OrderId } from './contract/index.ts';

const { operations } = Ordering;
const cartParams = z.object({ id: CartId });
const lineParams = z.object({ id: CartId, lineId: operations.changeCartLine.input.shape.lineId });
const ORDER_TOKEN = 'order-token';

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

/** What shoppers do: fill a cart, buy it, look at the order. */
export const storeRoutes: readonly Route[] = [
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
    toReply: ({ order }) => ({
      // Confirmed at once, or still under way: then where to look.
      status: order.status === 'pending' ? 202 : 201,
      body: { order },
      headers: { location: `/store/v1/orders/${order.id}` },
    }),
  }),
  get('/store/v1/orders/{id}', {
    operation: operations.getPlacedOrder,
    access: anyone,
    summary: 'Read an order as its buyer',
    params: z.object({ id: OrderId }),
    headers: [ORDER_TOKEN],
    toInput: ({ params, header }) => ({ orderId: params.id, accessToken: header(ORDER_TOKEN) ?? '' }),
  }),
];
