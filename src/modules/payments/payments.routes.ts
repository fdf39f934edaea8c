import { z } from 'zod';
import { signed, staff } from '../../shared/auth/index.ts';
import { get, post, type Route } from '../../shared/http/index.ts';
import { Currency, PageQuery } from '../../shared/values/index.ts';
import { Payments } from './contract/index.ts';

/** A day begins at midnight UTC. */
const Moment = z.union([z.iso.date(), z.iso.datetime()], {
  error: 'must be a date such as 2010-12-01 or a time such as 2010-12-01T08:26:00Z',
});
const LedgerQuery = z.strictObject({
  from: Moment.describe('First moment of the period'),
  to: Moment.describe('First moment after the period'),
  currency: Currency,
});

export const paymentsRoutes: readonly Route[] = [
  get('/admin/v1/payments/sandbox/charges', {
    operation: Payments.operations.listSandboxCharges,
    access: staff('payments:read'),
    summary: "List the sandbox provider's own books, oldest first",
    query: PageQuery,
  }),
  get('/admin/v1/payments/ledger/summary', {
    operation: Payments.operations.summariseLedger,
    access: staff('payments:read'),
    summary: 'Sum up the money ledger by account',
    query: LedgerQuery,
    toInput: ({ query }) => ({ ...query, from: toTime(query.from), to: toTime(query.to) }),
  }),
  post('/admin/v1/payments/reconciliations', {
    operation: Payments.operations.reconcilePayments,
    access: staff('system:write'),
    summary: "Compare our books with the providers' now",
    idempotencyKey: 'required',
    successStatus: 201,
  }),
  get('/admin/v1/payments/reconciliations', {
    operation: Payments.operations.listReconciliations,
    access: staff('payments:read'),
    summary: "List comparisons with the providers' books, newest first",
    query: PageQuery,
  }),
  post('/webhooks/payments/sandbox', {
    operation: Payments.operations.receiveWebhook,
    access: signed,
    summary: 'Take a signed message of the sandbox provider (Standard Webhooks)',
    body: z.unknown(),
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    successStatus: 204,
    toInput: ({ header, rawBody }) => ({
      provider: 'sandbox' as const,
      webhookId: header('webhook-id') ?? '',
      timestamp: header('webhook-timestamp') ?? '',
      signature: header('webhook-signature') ?? '',
      rawBody: rawBody?.toString('utf8') ?? '',
    }),
  }),
];

function toTime(moment: string): string {
  return moment.includes('T') ? moment : `${moment}T00:00:00.000Z`;
}
