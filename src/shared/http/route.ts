import type { z } from 'zod';
import type { Access, Principal } from '../auth/index.ts';
import type { InputOf, Operation, OutputOf } from '../contract/index.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What a request brought, each part parsed by the row's schema. */
export interface RouteRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly principal: Principal;
  /** A header's value, or undefined. Names are lower-case. */
  readonly header: (name: string) => string | undefined;
  /** The body as it came, for signatures. */
  readonly rawBody: Buffer | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One endpoint: a row that says who may use it, which operation answers it, and how the two are matched. */
export interface Route {
  readonly method: Method;
  /** With parameters in braces, as OpenAPI writes them: `/store/v1/carts/{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly operation: Operation;
  readonly summary: string;
  readonly params: z.ZodObject | undefined;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodType | undefined;
  readonly bodyType: 'application/json' | 'text/csv';
  readonly idempotencyKey: 'required' | 'optional' | 'none';
  readonly successStatus: number;
  /** Of the reply, for OpenAPI. */
  readonly response: z.ZodType | undefined;
  readonly responseType: 'application/json' | 'text/csv';
  readonly headers: readonly string[];
  readonly toInput: (request: RouteRequest<never, never, never>) => unknown;
  readonly toReply: (output: never, request: RouteRequest<never, never, never>) => Reply;
}

type Parsed<Schema, Fallback> = Schema extends z.ZodType ? z.output<Schema> : Fallback;

export interface RouteOptions<
  Op extends Operation,
  Params extends z.ZodObject | undefined,
  Query extends z.ZodObject | undefined,
  Body extends z.ZodType | undefined,
> {
  readonly operation: Op;
  readonly access: Access;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyType?: 'text/csv';
  /** `required` on every POST that moves money, stock or orders. */
  readonly idempotencyKey?: 'required' | 'optional';
  /** Default: 200. */
  readonly successStatus?: number;
  /** The shape of the reply's body where it is not the operation's output. */
  readonly response?: z.ZodType;
  readonly responseType?: 'text/csv';
  /** Request headers that the row reads, lower-case, for the reference. */
  readonly headers?: readonly string[];
  /** Default: body, query and params, merged; what the path names wins. */
  readonly toInput?: (
    request: RouteRequest<Parsed<Params, unknown>, Parsed<Query, unknown>, Parsed<Body, unknown>>,
  ) => InputOf<Op>;
  /** Default: the output as the body, with the success status. */
  readonly toReply?: (
    output: OutputOf<Op>,
    request: RouteRequest<Parsed<Params, unknown>, Parsed<Query, unknown>, Parsed<Body, unknown>>,
  ) => Reply;
}

function toRoute(method: Method) {
  return <
    Op extends Operation,
    Params extends z.ZodObject | undefined = undefined,
    Query extends z.ZodObject | undefined = undefined,
    Body extends z.ZodType | undefined = undefined,
  >(
    path: string,
    options: RouteOptions<Op, Params, Query, Body>,
  ): Route => {
    const successStatus = options.successStatus ?? 200;
    const route = {
      method,
      path,
      access: options.access,
      operation: options.operation,
      summary: options.summary,
      params: options.params,
      query: options.query,
      body: options.body,
      bodyType: options.bodyType ?? 'application/json',
      idempotencyKey: options.idempotencyKey ?? 'none',
      successStatus,
      response: options.response ?? (successStatus === 204 ? undefined : options.operation.output),
      responseType: options.responseType ?? 'application/json',
      headers: options.headers ?? [],
      toInput: options.toInput ?? mergeParts,
      toReply: options.toReply ?? ((output: unknown) => ({ status: successStatus, body: output })),
    };
    // Each row knows its own parts; the server only carries them from one of its functions to the next.
    return route as unknown as Route;
  };
}

function mergeParts(request: RouteRequest<object, object, object>): unknown {
  return { ...request.body, ...request.query, ...request.params };
}

export const get = toRoute('GET');
export const post = toRoute('POST');
export const patch = toRoute('PATCH');
export const put = toRoute('PUT');
export const remove = toRoute('DELETE');
