import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Principal } from '../auth/index.ts';
import { parseInput } from '../contract/index.ts';
import { problems, type InputFault } from '../errors/index.ts';
import type { Route, RouteRequest } from './route.ts';
import { findUnstorable } from './unstorable-value.ts';

const JSON_LIMIT = '1mb';
const CSV_LIMIT = '10mb';
const MAX_FAULTS = 50;

export const BODY_LIMIT = `${JSON_LIMIT} of JSON or ${CSV_LIMIT} of CSV`;

type RequestWithRawBody = Request & { rawBody?: Buffer };

/** Bodies that are not JSON objects are for the row's schema to refuse, with a pointer. */
const readJson = express.json({ limit: JSON_LIMIT, strict: false, verify: keepRawBody });
const readCsv = express.text({ type: 'text/csv', limit: CSV_LIMIT });

/** Each part of the request, parsed by the row's schema. Only now is the body read: strangers cannot make us do it. */
export async function readRequest(
  route: Route,
  request: RequestWithRawBody,
  response: Response,
  principal: Principal,
): Promise<RouteRequest<unknown, unknown, unknown>> {
  const params = readParams(route, request);
  const query = readQuery(route, request);
  await run(route.bodyType === 'text/csv' && route.body !== undefined ? readCsv : readJson, request, response);
  return {
    params,
    query,
    body: readBody(route, request),
    principal,
    header: (name) => request.get(name),
    rawBody: request.rawBody,
  };
}

function readParams(route: Route, request: Request): unknown {
  const { params } = request;
  const parsed = findUnstorable({ ...params }) === undefined ? (route.params?.safeParse(params) ?? EMPTY) : NOTHING;
  // A text that cannot be an id names nothing.
  if (!parsed.success) throw problems.notFound(`There is nothing at ${request.path}.`);
  return parsed.data;
}

const EMPTY = { success: true, data: {} } as const;
const NOTHING = { success: false } as const;

function readQuery(route: Route, request: Request): unknown {
  const query = { ...request.query };
  refuseUnstorable(query);
  return route.query === undefined ? refuseAny(query) : parseInput(route.query, query);
}

function readBody(route: Route, request: Request): unknown {
  const body: unknown = request.body;
  if (hasBody(request)) {
    if (request.is(route.bodyType) === false) throw problems.unsupportedMediaType(`Send ${route.bodyType}.`);
    // Its type is right and yet nothing was read: the client hung up. Going on would act on an empty body.
    if (body === undefined) throw problems.malformedJson('The body did not arrive whole.');
  }
  refuseUnstorable(body);
  if (route.body === undefined) return refuseAny(body === undefined ? {} : body);
  if (body !== undefined) return parseInput(route.body, body);
  return parseInput(route.body, route.bodyType === 'text/csv' ? '' : {});
}

function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}

function refuseUnstorable(value: unknown): void {
  const fault = findUnstorable(value);
  if (fault !== undefined) throw problems.invalidInput([fault]);
}

function refuseAny(given: unknown): object {
  if (typeof given !== 'object' || given === null) {
    throw problems.invalidInput([{ pointer: '', code: 'unknown_field', message: 'Nothing is taken here.' }]);
  }
  const faults = Object.keys(given)
    .slice(0, MAX_FAULTS)
    .map((key): InputFault => {
      return { pointer: `/${key}`, code: 'unknown_field', message: `There is no field "${key}" here.` };
    });
  if (faults.length > 0) throw problems.invalidInput(faults);
  return {};
}

function run(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('a body could not be read', { cause: error }));
    });
  });
}

function keepRawBody(request: unknown, _response: unknown, buffer: Buffer): void {
  (request as RequestWithRawBody).rawBody = buffer;
}
