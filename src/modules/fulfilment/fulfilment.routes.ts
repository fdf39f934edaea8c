import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, post, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { OrderId } from '../ordering/contract/index.ts';
import { Fulfilment, ReturnId, ReturnStatus, ShipmentId, ShipmentStatus } from './contract/index.ts';

const { operations } = Fulfilment;
const shipmentParams = z.object({ id: ShipmentId });

const shipmentRoutes: readonly Route[] = [
  get('/admin/v1/shipments', {
    operation: operations.listShipments,
    access: staff('fulfilment:read'),
    summary: 'List shipments, newest first',
    query: PageQuery.extend({ orderId: OrderId.optional(), status: ShipmentStatus.optional() }),
  }),
  get('/admin/v1/shipments/{id}', {
    operation: operations.getShipment,
    access: staff('fulfilment:read'),
    summary: 'Show a shipment',
    params: shipmentParams,
    toInput: ({ params }) => ({ shipmentId: params.id }),
  }),
  post('/admin/v1/shipments/{id}/dispatch', {
    operation: operations.dispatchShipment,
    access: staff('fulfilment:write'),
    summary: 'Send a shipment, or some of its lines: its goods leave the shelf and are paid',
    params: shipmentParams,
    body: operations.dispatchShipment.input.omit({ shipmentId: true }),
    idempotencyKey: 'required',
    toInput: ({ params, body }) => ({ ...body, shipmentId: params.id }),
    toReply: (shipment) => ({
      // Sent, or still under way: then where to look.
      status: shipment.status === 'dispatching' ? 202 : 200,
      body: shipment,
      headers: { location: `/admin/v1/shipments/${shipment.id}` },
    }),
  }),
  post('/admin/v1/shipments/{id}/deliver', {
    operation: operations.deliverShipment,
    access: staff('fulfilment:write'),
    summary: 'Record that a shipment has arrived',
    params: shipmentParams,
    idempotencyKey: 'required',
    toInput: ({ params }) => ({ shipmentId: params.id }),
    toReply: (shipment) => ({
      status: shipment.status === 'dispatched' ? 202 : 200,
      body: shipment,
      headers: { location: `/admin/v1/shipments/${shipment.id}` },
    }),
  }),
];

const returnRoutes: readonly Route[] = [
  post('/admin/v1/returns', {
    operation: operations.returnGoods,
    access: staff('fulfilment:write'),
    summary: 'Take goods back: the buyer gets the money, the shelf gets the goods',
    body: operations.returnGoods.input,
    idempotencyKey: 'required',
    successStatus: 201,
    toReply: (returned) => ({
      status: returned.status === 'pending' ? 202 : 201,
      body: returned,
      headers: { location: `/admin/v1/returns/${returned.id}` },
    }),
  }),
  get('/admin/v1/returns', {
    operation: operations.listReturns,
    access: staff('fulfilment:read'),
    summary: 'List returns, newest first',
    query: PageQuery.extend({ orderId: OrderId.optional(), status: ReturnStatus.optional() }),
  }),
  get('/admin/v1/returns/{id}', {
    operation: operations.getReturn,
    access: staff('fulfilment:read'),
    summary: 'Show a return',
    params: z.object({ id: ReturnId }),
    toInput: ({ params }) => ({ returnId: params.id }),
  }),
];

export const fulfilmentRoutes: readonly Route[] = [...shipmentRoutes, ...returnRoutes];
