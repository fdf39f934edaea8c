import type { Express, RequestHandler } from 'express';
import supertest, { type Test } from 'supertest';
import { z } from 'zod';
import { anyone, signed, staff, type CallContext, type Principal } from '../../auth/index.ts';
import { command, defineContract, problem, query, type Operation } from '../../contract/index.ts';
import { createLogger } from '../../telemetry/index.ts';
import { id, Money, PageQuery, pageOf } from '../../values/index.ts';
import { createHttpServer, get, patch, post, remove, type Route } from '../index.ts';

const Sweet = z.object({ id: id('swt'), name: z.string(), price: Money }).meta({ id: 'Sweet' });
const NewSweet = z.strictObject({
  name: z.string().min(1),
  price: Money,
  notes: z.record(z.string(), z.unknown()).optional(),
});

/** A shop of sweets: small enough to read at a glance, with a row of every kind. */
export const Kiosk = defineContract('kiosk', {
  operations: {
    listSweets: query(PageQuery.extend({ flavour: z.string().optional() }), pageOf(Sweet)),
    getSweet: query(z.object({ id: id('swt') }), Sweet),
    addSweet: command(NewSweet, Sweet),
    renameSweet: command(z.object({ id: id('swt'), name: z.string().optional() }), z.void()),
    importSweets: command(z.object({ csv: z.string() }), z.object({ created: z.int() })),
    hearProvider: command(z.object({ text: z.string() }), z.void()),
  },
  errors: { soldOut: problem(409, 'There are no sweets left', z.object({ left: z.int() })) },
});

const { addSweet, getSweet, hearProvider, importSweets, listSweets, renameSweet } = Kiosk.operations;
const BySweet = z.object({ id: id('swt') });

export const kioskRoutes: readonly Route[] = [
  get('/store/v1/sweets', {
    operation: listSweets,
    access: anyone,
    summary: 'Lists sweets',
    query: PageQuery.extend({ flavour: z.string().optional() }),
  }),
  get('/store/v1/sweets/{id}', { operation: getSweet, access: anyone, summary: 'Shows a sweet', params: BySweet }),
  get('/admin/v1/sweets/{id}', {
    operation: getSweet,
    access: staff('catalog:read'),
    summary: 'Shows a sweet to staff',
    params: BySweet,
  }),
  post('/admin/v1/sweets', {
    operation: addSweet,
    access: staff('catalog:write'),
    summary: 'Adds a sweet',
    body: NewSweet,
    idempotencyKey: 'required',
    successStatus: 201,
  }),
  patch('/admin/v1/sweets/{id}', {
    operation: renameSweet,
    access: staff('catalog:write'),
    summary: 'Renames a sweet',
    params: BySweet,
    body: z.strictObject({ name: z.string().optional() }),
    headers: ['if-match'],
  }),
  remove('/admin/v1/sweets/{id}', {
    operation: renameSweet,
    access: staff('catalog:write'),
    summary: 'Takes a sweet away',
    params: BySweet,
    successStatus: 204,
  }),
  get('/admin/v1/sweets/export', {
    operation: listSweets,
    access: staff('catalog:read'),
    summary: 'Exports sweets',
    responseType: 'text/csv',
    toInput: () => ({}),
    toReply: () => ({ status: 200, body: 'name\nToffee\n' }),
  }),
  post('/admin/v1/sweets/import', {
    operation: importSweets,
    access: staff('catalog:write'),
    summary: 'Imports sweets',
    body: z.string().min(1),
    bodyType: 'text/csv',
    toInput: ({ body }) => ({ csv: body }),
  }),
  post('/provider/hook', {
    operation: hearProvider,
    access: signed,
    summary: 'Hears of a payment',
    body: z.looseObject({}),
    successStatus: 204,
    toInput: ({ rawBody }) => ({ text: String(rawBody) }),
  }),
];

export const SWEETS_PATH = '/admin/v1/sweets';
export const SWEET_ID = 'swt_01jd3v5x8wq2m7k4r9t6y0abcd';
export const aSweet = { name: 'Toffee', price: { amount: 120, currency: 'GBP' } };
export const asOwner = { authorization: 'Bearer owner' };

const KEYS: Record<string, Principal> = {
  owner: { kind: 'staff', id: 'key_owner', scopes: ['*'] },
  reader: { kind: 'staff', id: 'key_reader', scopes: ['catalog:read'] },
};

export interface HeardCall {
  readonly operation: Operation;
  readonly input: unknown;
  readonly call: CallContext;
}

export interface OpenKiosk {
  readonly app: Express;
  /** What reached the modules, in order. */
  readonly heard: readonly HeardCall[];
}

/** The kiosk's server in front of modules that answer with `answer`. */
export function openKiosk(
  options: {
    answer?: (heard: HeardCall) => unknown;
    pages?: RequestHandler;
    limit?: RequestHandler;
    trustedProxies?: readonly string[];
    routes?: readonly Route[];
  } = {},
): OpenKiosk {
  const heard: HeardCall[] = [];
  const pass: RequestHandler = (_request, _response, next) => next();
  const app = createHttpServer({
    routes: options.routes ?? kioskRoutes,
    transport: {
      invoke: (operation, input, call) => {
        heard.push({ operation, input, call });
        return Promise.resolve(options.answer?.({ operation, input, call }));
      },
    },
    authenticate: (token) => Promise.resolve(KEYS[token]),
    logger: createLogger('silent'),
    pages: options.pages ?? pass,
    limit: options.limit ?? pass,
    trustedProxies: options.trustedProxies ?? [],
  });
  return { app, heard };
}

/** The owner adds a sweet, with whatever body. */
export function sendSweet(body: string | object, kiosk = openKiosk()): Test {
  return supertest(kiosk.app)
    .post(SWEETS_PATH)
    .set(asOwner)
    .set('idempotency-key', 'first')
    .type('application/json')
    .send(body);
}
