import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { authorise, guest, newCallContext, type Principal } from '../auth/index.ts';
import type { CallTransport } from '../calls/index.ts';
import { invariant, problems } from '../errors/index.ts';
import { readTraceparent, type Logger } from '../telemetry/index.ts';
import { seconds } from '../values/index.ts';
import { errorHandler } from './error-handler.ts';
import { BODY_LIMIT, readRequest } from './read-request.ts';
import type { Reply, Route } from './route.ts';

const REQUEST_DEADLINE_MS = seconds(30);
const MAX_REQUEST_ID_LENGTH = 100;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly transport: CallTransport;
  /** The principal behind a bearer token, or undefined when there is none. */
  readonly authenticate: (token: string) => Promise<Principal | undefined>;
  readonly logger: Logger;
  /** Pages of the process itself: health, metrics, reference. They come before the routes. */
  readonly pages: RequestHandler;
  /** Turns away clients that ask too often. */
  readonly limit: RequestHandler;
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

/** The public API: each row of the modules' route tables as an endpoint, and a problem document for everything else. */
export function createHttpServer(options: HttpServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // A hash of every reply costs time, and a caller could take it for the version that If-Match wants.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...options.trustedProxies]);
  app.use(identifyRequest);
  app.use(options.pages);
  app.use(options.limit);
  for (const [path, routes] of byPath(options.routes)) {
    for (const route of routes) app[toExpressMethod(route)](toExpressPath(path), handle(route, options));
    app.all(toExpressPath(path), refuseOtherMethods(routes));
  }
  app.use((request: Request) => {
    throw problems.notFound(`There is nothing at ${request.path}.`);
  });
  app.use(errorHandler(options.logger, BODY_LIMIT));
  return app;
}

/** The rows of each path. Words come before parameters, so that `/products/export` is not taken for a product's id. */
function byPath(routes: readonly Route[]): [string, Route[]][] {
  const paths = new Map<string, Route[]>();
  for (const route of routes) {
    const rows = paths.get(route.path) ?? [];
    invariant(!rows.some(({ method }) => method === route.method), `${route.method} ${route.path} has two rows`);
    paths.set(route.path, [...rows, route]);
  }
  // "}" sorts after every letter, so a parameter sorts after every word in its place.
  const sortKey = (path: string): string => path.replace(/\{\w+\}/g, '}');
  return [...paths].sort(([left], [right]) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function handle(route: Route, options: HttpServerOptions): RequestHandler {
  return async (request, response) => {
    // Metrics are kept by this template: paths themselves hold ids, of which there is no end.
    response.locals['route'] = route.path;
    const principal = await principalOf(route, request, options.authenticate);
    authorise(route.access, principal);
    const idempotencyKey = readIdempotencyKey(request, route, principal);
    const parsed = await readRequest(route, request, response, principal);
    const call = newCallContext({
      caller: 'http',
      principal,
      deadlineMs: Date.now() + REQUEST_DEADLINE_MS,
      traceparent: readTraceparent(request.get('traceparent')),
      idempotencyKey,
    });
    const output = await options.transport.invoke(route.operation, route.toInput(parsed as never), call);
    send(route, route.toReply(output as never, parsed as never), response);
  };
}

function send(route: Route, reply: Reply, response: Response): void {
  response.status(reply.status);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.body === undefined) response.end();
  else if (route.responseType === 'text/csv') response.type('text/csv').send(reply.body);
  else response.type('application/json').send(JSON.stringify(reply.body));
}

async function principalOf(
  route: Route,
  request: Request,
  authenticate: HttpServerOptions['authenticate'],
): Promise<Principal> {
  const header = request.get('authorization');
  // Whoever signs its requests may put something of its own into that header.
  if (header === undefined || route.access.kind === 'signed') return guest;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const principal = token === undefined ? undefined : await authenticate(token);
  if (principal === undefined) {
    throw problems.unauthenticated('The credentials in the Authorization header are not valid.');
  }
  return principal;
}

function readIdempotencyKey(request: Request, route: Route, principal: Principal): string | undefined {
  if (route.idempotencyKey === 'none') return undefined;
  const key = request.get('idempotency-key');
  if (key === undefined) {
    if (route.idempotencyKey === 'required') throw problems.idempotencyKeyMissing();
    return undefined;
  }
  if (!IDEMPOTENCY_KEY.test(key)) throw problems.idempotencyKeyInvalid();
  // Guests have no name that their keys could be scoped to; what they act on has an unguessable one.
  return principal.kind === 'guest' ? `${request.path} ${key}` : key;
}

function refuseOtherMethods(routes: readonly Route[]): RequestHandler {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return (request, response) => {
    response.setHeader('allow', methods);
    throw problems.methodNotAllowed(`${request.method} is not possible here; ${methods} is.`);
  };
}

function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const usable = given !== undefined && given.length <= MAX_REQUEST_ID_LENGTH && /^[\w.:-]+$/.test(given);
  response.setHeader('x-request-id', usable ? given : randomUUID());
  response.setHeader('x-content-type-options', 'nosniff');
  // Carts and orders belong to one person: nothing between may keep them, unless a row says otherwise.
  response.setHeader('cache-control', 'no-store');
  next();
}

function toExpressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function toExpressMethod(route: Route): 'get' | 'post' | 'patch' | 'put' | 'delete' {
  return route.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
}
