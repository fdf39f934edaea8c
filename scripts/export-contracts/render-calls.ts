import type { z } from 'zod';
import type { AnyContract, Operation } from '../../src/shared/contract/index.ts';
import { OpenApiSchemas, type JsonObject } from '../../src/shared/http/index.ts';
import { VERSION } from '../../src/version.ts';
import { answerOf, callOf, failure, refusalOf } from './shapes-on-the-wire.ts';

/** How a call is told apart from others, in words: docs/guides/foreign-modules.md has it byte for byte. */
const TOKEN =
  'v1.<caller>.<ms since 1970>.<nonce>.<HMAC-SHA-256 over the call and the body>, good for 10 s and one time.';

/** A module's operations as other processes call them, as an OpenAPI 3.1 document. */
export function renderCalls(contract: AnyContract): object {
  const schemas = new OpenApiSchemas([]);
  const refusal = refusalOf(contract);
  const operations = Object.values<Operation>(contract.operations);
  const paths = operations.map((operation) => [
    `/calls/${operation.id}`,
    { post: toCall(operation, refusal, schemas) },
  ]);
  return {
    openapi: '3.1.1',
    info: {
      title: `Banyan: ${contract.name}, as other modules call it`,
      version: VERSION,
      description: 'A service that answers all of this as it says may take the module’s place.',
    },
    servers: [{ url: '/' }],
    security: [{ callToken: [] }],
    paths: {
      ...(Object.fromEntries(paths) as Record<string, JsonObject>),
      '/health': {
        get: { operationId: 'health', security: [], responses: { '200': { description: 'It takes calls.' } } },
      },
    },
    components: {
      schemas: schemas.all,
      securitySchemes: { callToken: { type: 'http', scheme: 'bearer', description: TOKEN } },
    },
  };
}

function toCall(operation: Operation, refusal: z.ZodType, schemas: OpenApiSchemas): JsonObject {
  const { id, kind, repeat } = operation;
  const repeated =
    repeat === 'key'
      ? 'A repeat with the same idempotency key has no effect and gets the same answer.'
      : 'A repeat is harmless.';
  const convert = (schema: z.ZodType, direction: 'input' | 'output', name: string): JsonObject =>
    schemas.convert(schema, direction, `${id}.${name}`);
  const answers = [
    convert(answerOf(operation), 'output', 'answer'),
    convert(refusal, 'output', 'refusal'),
    convert(failure, 'output', 'failure'),
  ];
  return {
    operationId: id,
    description: kind === 'query' ? 'Changes nothing.' : repeated,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: convert(callOf(operation), 'input', 'call') } },
    },
    responses: {
      '200': {
        description: 'What it led to: an answer, a refusal or a failure.',
        content: { 'application/json': { schema: { anyOf: answers } } },
      },
      '401': { description: 'No token, or one that is forged, expired, used before or of another call.' },
      '404': { description: 'No such operation here.' },
      '413': { description: 'More than 16 MiB.' },
      '503': { description: 'It takes no calls at the moment; nothing was done.' },
    },
  };
}
