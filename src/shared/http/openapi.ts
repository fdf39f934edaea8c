import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { generalFailuresOf, type Failure } from './general-failures.ts';
import { OpenApiSchemas, type JsonObject } from './openapi-schemas.ts';
import type { Route } from './route.ts';

const STAFF_KEY = 'staffKey';

export interface OpenApiOptions {
  readonly routes: readonly Route[];
  /** What the operations of this contract can answer instead of succeeding. */
  readonly errorsOf: (contract: string) => readonly Failure[];
  readonly version: string;
}

/** RFC 9457, with the members that Banyan adds. Some codes bring further members, such as what is short. */
const Problem = {
  type: 'object',
  description: 'Why a request failed (RFC 9457). Branch on `code`; it never changes.',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', examples: ['inventory.out_of_stock'] },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'Each fault of the input.',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string', description: 'JSON pointer (RFC 6901) to the faulty field.' },
          code: { type: 'string' },
          message: { type: 'string' },
        },
        required: ['pointer', 'code', 'message'],
      },
    },
    requestId: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'code', 'requestId'],
} as const;

/** The public API as an OpenAPI 3.1 document, made from the very rows that the server answers by. */
export function buildOpenApi(options: OpenApiOptions): object {
  const schemas = new OpenApiSchemas(['Problem']);
  const operationIds = new Set<string>();
  const paths: Record<string, JsonObject> = {};
  for (const route of options.routes) {
    const failures = [...generalFailuresOf(route), ...options.errorsOf(route.operation.contract)];
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = toOperation(route, claimOperationId(route, operationIds), failures, schemas);
  }
  const contracts = [...new Set(options.routes.map((route) => route.operation.contract))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'Banyan',
      version: options.version,
      description: 'Headless commerce: `/store/v1` for shoppers, `/admin/v1` for staff. Unknown fields are refused.',
    },
    servers: [{ url: '/' }],
    tags: contracts.map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...schemas.all, Problem },
      securitySchemes: { [STAFF_KEY]: { type: 'http', scheme: 'bearer', description: 'A staff key with the scope.' } },
    },
  };
}

/** Two rows may answer with one operation: the second one's id also says to whom. */
function claimOperationId(route: Route, taken: Set<string>): string {
  const { id } = route.operation;
  let claimed = id;
  for (let number = 1; taken.has(claimed); number += 1) {
    const audience = /^\/(\w+)/.exec(route.path)?.[1] ?? 'other';
    claimed = number === 1 ? `${id}.${audience}` : `${id}.${audience}${number}`;
  }
  taken.add(claimed);
  return claimed;
}

function toOperation(
  route: Route,
  operationId: string,
  failures: readonly Failure[],
  schemas: OpenApiSchemas,
): JsonObject {
  const parameters = [
    ...pathParameters(route, schemas),
    ...queryParameters(route, schemas),
    ...headerParameters(route),
  ];
  return {
    operationId,
    summary: route.summary,
    tags: [route.operation.contract],
    ...(route.access.kind === 'staff' ? { description: `Needs the scope \`${route.access.scope}\`.` } : {}),
    security: route.access.kind === 'staff' ? [{ [STAFF_KEY]: [route.access.scope] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route, operationId, schemas),
    responses: { ...success(route, operationId, schemas), ...problemResponses(failures) },
  };
}

function pathParameters(route: Route, schemas: OpenApiSchemas): JsonObject[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const shape = (route.params?.shape ?? {}) as Record<string, z.ZodType>;
    return parameter('path', name, shape[name] ?? z.string(), route.operation.id, schemas);
  });
}

function queryParameters(route: Route, schemas: OpenApiSchemas): JsonObject[] {
  return Object.entries(route.query?.shape ?? {}).map(([name, schema]) =>
    parameter('query', name, schema as z.ZodType, route.operation.id, schemas),
  );
}

function parameter(
  place: 'path' | 'query',
  name: string,
  schema: z.ZodType,
  owner: string,
  schemas: OpenApiSchemas,
): JsonObject {
  const component = `${owner}.${name}`;
  let shown = schemas.convert(schema, 'input', component);
  // What arrives as text and is read as a number is bounded by the schema that it is read into.
  if (shown['type'] === 'number' || isEmpty(shown)) shown = schemas.convert(schema, 'output', component);
  return {
    name,
    in: place,
    required: place === 'path' || !schema.safeParse(undefined).success,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    schema: shown,
  };
}

function headerParameters(route: Route): JsonObject[] {
  const key: JsonObject = {
    name: 'Idempotency-Key',
    in: 'header',
    required: route.idempotencyKey === 'required',
    description: 'A key of your own. Repeated with the same key and body, the request takes effect once.',
    schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
  };
  // OpenAPI describes these three elsewhere and ignores them as parameters.
  const described = new Set(['authorization', 'content-type', 'accept', 'idempotency-key']);
  const others = route.headers.filter((name) => !described.has(name.toLowerCase()));
  return [
    ...(route.idempotencyKey === 'none' ? [] : [key]),
    ...others.map((name) => ({
      name: name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase()),
      in: 'header',
      required: false,
      schema: { type: 'string' },
    })),
  ];
}

function requestBody(route: Route, name: string, schemas: OpenApiSchemas): JsonObject {
  if (route.body === undefined) return {};
  const schema = schemas.convert(route.body, 'input', `${name}.request`);
  return {
    requestBody: { required: !route.body.safeParse({}).success, content: { [route.bodyType]: { schema } } },
  };
}

function success(route: Route, name: string, schemas: OpenApiSchemas): JsonObject {
  const description = STATUS_CODES[route.successStatus] ?? 'Success';
  const isEmptyReply = route.response === undefined || route.response instanceof z.ZodVoid;
  if (route.responseType === 'text/csv') {
    return { [route.successStatus]: { description, content: { 'text/csv': { schema: { type: 'string' } } } } };
  }
  if (isEmptyReply || route.response === undefined) return { [route.successStatus]: { description } };
  const schema = schemas.convert(route.response, 'output', `${name}.reply`);
  return { [route.successStatus]: { description, content: { 'application/json': { schema } } } };
}

function problemResponses(failures: readonly Failure[]): JsonObject {
  const responses: Record<string, JsonObject> = {};
  for (const { status } of failures) {
    const lines = failures.filter((each) => each.status === status).map(({ code, title }) => `- \`${code}\`: ${title}`);
    responses[status] ??= {
      description: [...new Set(lines)].join('\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function isEmpty(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => keyword === 'default' || keyword === 'description');
}
