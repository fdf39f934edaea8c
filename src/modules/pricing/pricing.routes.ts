import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, put, remove, type Route } from '../../shared/http/index.ts';
import { DeliveryOption, Pricing } from './contract/index.ts';

const { operations } = Pricing;
const params = z.object({ code: DeliveryOption.shape.code });

export const pricingRoutes: readonly Route[] = [
  get('/admin/v1/delivery-options', {
    operation: operations.listDeliveryOptions,
    access: staff('pricing:read'),
    summary: 'Delivery options; with a currency or a country, those that can be had there',
    query: operations.listDeliveryOptions.input,
    response: z.object({ items: z.array(DeliveryOption) }),
    toReply: (items) => ({ status: 200, body: { items } }),
  }),
  put('/admin/v1/delivery-options/{code}', {
    operation: operations.putDeliveryOption,
    access: staff('pricing:write'),
    summary: 'Create a delivery option or replace the one with this code',
    params,
    body: operations.putDeliveryOption.input.omit({ code: true }),
  }),
  remove('/admin/v1/delivery-options/{code}', {
    operation: operations.removeDeliveryOption,
    access: staff('pricing:write'),
    summary: 'Remove a delivery option; where there is none, nothing happens',
    params,
    successStatus: 204,
  }),
];
