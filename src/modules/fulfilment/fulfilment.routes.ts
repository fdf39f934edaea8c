import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { OrderId } from '../ordering/contract/index.ts';
import { Fulfilment, ShipmentId, ShipmentStatus } from './contract/index.ts';

const { operations } = Fulfilment;

export const fulfilmentRoutes: readonly Route[] = [
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
    params: z.object({ id: ShipmentId }),
    toInput: ({ params }) => ({ shipmentId: params.id }),
  }),
];
