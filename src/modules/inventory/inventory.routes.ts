import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, post, put, remove, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { Inventory } from './contract/index.ts';

const { operations } = Inventory;

/** A day, which stands for its first moment, or a full timestamp, both in UTC. */
const Moment = z
  .union(
    [z.iso.date(), z.iso.datetime()],
    'must be a date such as 2010-12-01 or a timestamp such as 2010-12-01T08:26:00Z',
  )
  .transform((text) => new Date(text).toISOString());

const thresholdParams = operations.removeThreshold.input;

export const inventoryRoutes: readonly Route[] = [
  post('/admin/v1/stock/receipts', {
    operation: operations.receiveStock,
    access: staff('stock:write'),
    summary: 'Receive goods. The reference, or else the idempotency key, names them: they come in once',
    body: operations.receiveStock.input,
    idempotencyKey: 'optional',
    successStatus: 201,
  }),
  get('/admin/v1/stock', {
    operation: operations.listStock,
    access: staff('stock:read'),
    summary: 'Stock by SKU and location',
    query: PageQuery.extend({
      sku: operations.listStock.input.shape.sku,
      location: operations.listStock.input.shape.location,
    }),
  }),
  get('/admin/v1/stock/ledger', {
    operation: operations.listLedger,
    access: staff('stock:read'),
    summary: 'Every change of stock, newest first',
    query: PageQuery.extend({ sku: operations.listLedger.input.shape.sku }),
  }),
  get('/admin/v1/stock/ledger/summary', {
    operation: operations.summariseLedger,
    access: staff('stock:read'),
    summary: 'Pieces and entries by kind, of what occurred from `from` until before `to`',
    query: z.strictObject({ from: Moment, to: Moment }),
  }),
  get('/admin/v1/stock/thresholds', {
    operation: operations.listThresholds,
    access: staff('stock:read'),
    summary: 'SKUs of which the merchant hears when they run low; with `low=true`, those that are',
    query: PageQuery.extend({ low: z.enum(['true', 'false']).optional() }),
    toInput: ({ query: { low, ...page } }) => ({ ...page, ...(low === undefined ? {} : { low: low === 'true' }) }),
  }),
  put('/admin/v1/stock/thresholds/{sku}', {
    operation: operations.putThreshold,
    access: staff('stock:write'),
    summary: 'Say at how many available pieces a SKU is low',
    params: thresholdParams,
    body: operations.putThreshold.input.omit({ sku: true }),
  }),
  remove('/admin/v1/stock/thresholds/{sku}', {
    operation: operations.removeThreshold,
    access: staff('stock:write'),
    summary: 'Let a SKU run low unannounced; where there is no threshold, nothing happens',
    params: thresholdParams,
    successStatus: 204,
  }),
];
