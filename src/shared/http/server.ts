import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { authorise, guest, newCallContext, type Principal } from '../auth/index.ts';
import type { CallTransport } from '../calls/index.ts';
import { parseInput } from '../contract/index.ts';
import { problems } from '../errors/index.ts';
import { readTraceparent, type Logger } from '../telemetry/index.ts';
import { seconds } from '../values/index.ts';
import { errorHandler } from './error-handler.ts';
import type { Route, RouteRequest } from './route.ts';

const JSON_LIMIT = '1mb';
const CSV_LIMIT = '10mb';
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
}

type RequestWithRawBody = Request & { rawBody?: Buffer };

/** The public API: each row of the modules' route tables as an endpoint, and a problem document for everything else. */
export function createHttpServer(options: HttpServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(identifyRequest);
  app.use(options.pages);
  app.use(options.limit);
  app.use(express.json({ limit: JSON_LIMIT, strict: false, verify: keepRawBody }));
  app.use(express.text({ type: 'text/csv', limit: CSV_LIMIT }));
  for (const route of options.routes) {
    app[toExpressMethod(route)](toExpressPath(route.path), handle(route, options));
  }
  refuseOtherMethods(app, options.routes);
  app.use((request: Request) => {
    throw problems.notFound(`There is nothing at ${request.path}.`);
  });
  app.use(errorHandler(options.logger, `${JSON_LIMIT} of JSON or ${CSV_LIMIT} of CSV`));
  return app;
}

function handle(route: Route, options: HttpServerOptions): RequestHandler {
  return async (request: RequestWithRawBody, response) => {
    const principal = await principalOf(request, options.authenticate);
    authorise(route.access, principal);
    const idempotencyKey = readIdempotencyKey(request, route);
    const parsed: RouteRequest<unknown, unknown, unknown> = {
      params: readParams(route, request),
      query: route.query === undefined ? refuseAny(request.query) : parseInput(route.query, { ...request.query }),
      body: readBody(route, request),
      principal,
      header: (name) => request.get(name),
      rawBody: request.rawBody,
    };
    const call = newCallContext({
      caller: 'http',
      principal,
      deadlineMs: Date.now() + REQUEST_DEADLINE_MS,
      traceparent: readTraceparent(request.get('traceparent')),
      idempotencyKey,
    });
    const output = await options.transport.invoke(route.operation, route.toInput(parsed as never), call);
    const reply = route.toReply(output as never, parsed as never);
    response.status(reply.status);
    for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
    if (reply.body === undefined) response.end();
    else if (route.responseType === 'text/csv') response.type('text/csv').send(reply.body);
    else response.type('application/json').send(JSON.stringify(reply.body));
  };
}

async function principalOf(request: Request, authenticate: HttpServerOptions['authenticate']): Promise<Principal> {
  const header = request.get('authorization');
  if (header === undefined) return guest;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const principal = token === undefined ? undefined : await authenticate(token);
  if (principal === undefined) throw problems.unauthenticated('The credentials in the Authorization header are not valid.');
  return principal;
}

function readIdempotencyKey(request: Request, route: Route): string | undefined {
  if (route.idempotencyKey === 'none') return undefined;
  const key = request.get('idempotency-key');
  if (key === undefined) {
    if (route.idempotencyKey === 'required') throw problems.idempotencyKeyMissing();
    return undefined;
  }
  if (!IDEMPOTENCY_KEY.test(key)) throw problems.idempotencyKeyInvalid();
  return key;
}

function readParams(route: Route, request: Request): unknown {
  if (route.params === undefined) return {};
  const params = route.params.safeParse(request.params);
  // A text that cannot be an id names nothing.
  if (!params.success) throw problems.notFound(`There is nothing at ${request.path}.`);
  return params.data;
}

function readBody(route: Route, request: Request): unknown {
  if (route.body === undefined) {
    if (request.body !== undefined && Object.keys(request.body as object).length > 0) return refuseAny(request.body as object);
    return {};
  }
  const type = request.is(['application/json', 'text/csv']);
  if (type !== route.bodyType && request.get('content-type') !== undefined) {
    throw problems.unsupportedMediaType(`Send ${route.bodyType}.`);
  }
  if (JSON.stringify(request.body ?? null).includes('\\u0000')) {
    throw problems.invalidInput([{ pointer: '', code: 'nul_character', message: 'Text may not hold the character NUL.' }]);
  }
  return parseInput(route.body, request.body ?? {});
}

function refuseAny(given: object): object {
  const faults = Object.keys(given).map((key) => ({
    pointer: `/${key}`,
    code: 'unknown_field',
    message: `There is no field "${key}" here.`,
  }));
  if (faults.length > 0) throw problems.invalidInput(faults);
  return {};
}

function refuseOtherMethods(app: Express, routes: readonly Route[]): void {
  const methods = new Map<string, string[]>();
  for (const route of routes) methods.set(route.path, [...(methods.get(route.path) ?? []), route.method]);
  for (const [path, allowed] of methods) {
    app.all(toExpressPath(path), (request: Request, response: Response) => {
      response.setHeader('allow', allowed.join(', '));
      throw problems.methodNotAllowed(`${request.method} is not possible here; ${allowed.join(', ')} is.`);
    });
  }
}

function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const usable = given !== undefined && given.length <= MAX_REQUEST_ID_LENGTH && /^[\w.:-]+$/.test(given);
  response.setHeader('x-request-id', usable ? given : randomUUID());
  next();
}

function keepRawBody(request: unknown, _response: unknown, buffer: Buffer): void {
  (request as RequestWithRawBody).rawBody = buffer;
}

function toExpressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function toExpressMethod(route: Route): 'get' | 'post' | 'patch' | 'put' | 'delete' {
  return route.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
}
