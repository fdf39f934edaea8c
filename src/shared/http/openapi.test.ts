import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { anyone } from '../auth/index.ts';
import { defineContract, query } from '../contract/index.ts';
import { buildOpenApi, get, post, type Route } from './index.ts';
import { Kiosk, kioskRoutes } from './test/kiosk.ts';

interface Operation {
  operationId: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Record<string, unknown> }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Record<string, unknown> }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

const errorsOf = (contract: string) => (contract === 'kiosk' ? Object.values(Kiosk.errors) : []);

function describeRoutes(routes: readonly Route[]): Document {
  return JSON.parse(JSON.stringify(buildOpenApi({ routes, errorsOf, version: '1.2.3' }))) as Document;
}

const document = describeRoutes(kioskRoutes);

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not described`);
  return found;
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

function resolves(described: Document, ref: string): boolean {
  let place: unknown = described;
  for (const part of ref.replace('#/', '').split('/')) place = (place as Record<string, unknown>)?.[part];
  return place !== undefined;
}

/** What OpenAPI 3.1 demands of the parts that we use: https://spec.openapis.org/oas/v3.1.1.html */
function structuralFaults(described: Document): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  if (!/^3\.1\.\d$/.test(described.openapi)) faults.push('openapi');
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, each] of Object.entries(methods)) {
      const name = `${method} ${path}`;
      if (ids.has(each.operationId)) faults.push(`${name}: a second ${each.operationId}`);
      ids.add(each.operationId);
      const inPath = (each.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const template = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      if (inPath.map((parameter) => parameter.name).join() !== template.join()) faults.push(`${name}: path parameters`);
      if (!inPath.every(({ required }) => required)) faults.push(`${name}: an optional path parameter`);
      const places = (each.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      if (new Set(places).size !== places.length) faults.push(`${name}: a parameter twice`);
      if (Object.keys(each.responses).length === 0) faults.push(`${name}: no responses`);
      for (const [status, response] of Object.entries(each.responses)) {
        if (!/^[1-5]\d\d$/.test(status) || response.description === '') faults.push(`${name}: response ${status}`);
      }
    }
  }
  for (const ref of refsIn(described)) if (!resolves(described, ref)) faults.push(`${ref} leads nowhere`);
  for (const name of Object.keys(described.components.schemas))
    if (!/^[\w.-]+$/.test(name)) faults.push(`schema ${name}`);
  return faults;
}

describe('the OpenAPI document', () => {
  it('is sound: every reference leads somewhere and no two operations share a name', () => {
    expect(structuralFaults(document)).toEqual([]);
    expect(document.info).toMatchObject({ title: 'Banyan', version: '1.2.3' });
    expect(JSON.stringify(document)).not.toMatch(/\$defs|\$schema|__schema/);
  });

  it('describes every row', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(kioskRoutes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('gives one operation with two rows two names', () => {
    expect(operation('get', '/store/v1/sweets/{id}').operationId).toBe('kiosk.getSweet');
    expect(operation('get', '/admin/v1/sweets/{id}').operationId).toBe('kiosk.getSweet.admin');
  });

  it('says what a query may hold, and which headers count', () => {
    expect(operation('get', '/store/v1/sweets').parameters).toEqual([
      {
        name: 'limit',
        in: 'query',
        required: false,
        schema: { default: 20, type: 'integer', minimum: 1, maximum: 100 },
      },
      { name: 'cursor', in: 'query', required: false, schema: { type: 'string', maxLength: 500 } },
      { name: 'flavour', in: 'query', required: false, schema: { type: 'string' } },
    ]);
    expect(operation('post', '/admin/v1/sweets').parameters).toMatchObject([
      { name: 'Idempotency-Key', required: true },
    ]);
    expect(operation('patch', '/admin/v1/sweets/{id}').parameters).toMatchObject([
      { name: 'id' },
      { name: 'If-Match' },
    ]);
  });

  it('describes what is sent and what comes back by shared schemas', () => {
    const { requestBody, responses } = operation('post', '/admin/v1/sweets');
    expect(requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { additionalProperties: false } } },
    });
    expect(responses['201']?.content?.['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Sweet' });
    expect(Object.keys(document.components.schemas).sort()).toEqual(['Money', 'Problem', 'Sweet']);
  });

  it('knows rows of CSV, rows without a reply, and bodies that may be left out', () => {
    expect(operation('post', '/admin/v1/sweets/import').requestBody?.content).toHaveProperty(['text/csv']);
    expect(operation('get', '/admin/v1/sweets/export').responses['200']?.content).toEqual({
      'text/csv': { schema: { type: 'string' } },
    });
    expect(operation('delete', '/admin/v1/sweets/{id}').responses['204']).toEqual({ description: 'No Content' });
    expect(operation('patch', '/admin/v1/sweets/{id}').responses['200']).toEqual({ description: 'OK' });
    expect(operation('patch', '/admin/v1/sweets/{id}').requestBody?.required).toBe(false);
  });

  it('lists what can go wrong, by status', () => {
    const forStaff = operation('post', '/admin/v1/sweets').responses;
    expect(Object.keys(forStaff)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(forStaff['409']?.description).toContain('`kiosk.sold_out`: There are no sweets left');
    expect(forStaff['422']?.description).toContain('`idempotency.key_missing`');
    const forShoppers = operation('get', '/store/v1/sweets').responses;
    expect(Object.keys(forShoppers)).toEqual(['200', '409', '422', '429', '500', '503']);
    expect(forShoppers['422']?.content).toEqual({
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    });
  });

  it('says which key a staff row needs, and that shoppers need none', () => {
    expect(operation('post', '/admin/v1/sweets').security).toEqual([{ staffKey: ['catalog:write'] }]);
    expect(operation('get', '/store/v1/sweets').security).toEqual([]);
  });

  it('keeps apart shapes that share a name by accident, and follows shapes that hold themselves', () => {
    const here = z.object({ size: z.int() }).meta({ id: 'Box' });
    const there = z.object({ colour: z.string() }).meta({ id: 'Box' });
    const dated = z.object({ at: z.string().default('now') }).meta({ id: 'Dated' });
    const Tree = z.object({
      name: z.string(),
      get branches() {
        return z.array(Tree);
      },
    });
    const odd = defineContract('odd', {
      operations: {
        first: query(here, Tree),
        second: query(there, z.object({ here, tree: Tree, dated })),
        third: query(z.void(), z.bigint()),
      },
    });
    const described = describeRoutes([
      post('/odd/first', {
        operation: odd.operations.first,
        access: anyone,
        summary: 'x',
        body: z.object({ here, dated }),
      }),
      post('/odd/second', { operation: odd.operations.second, access: anyone, summary: 'x', body: there }),
      get('/odd/third', { operation: odd.operations.third, access: anyone, summary: 'x', toInput: () => undefined }),
    ]);
    expect(structuralFaults(described)).toEqual([]);
    const names = Object.keys(described.components.schemas).sort();
    expect(names).toEqual(
      ['Box', 'BoxInput', 'Dated', 'Dated2', 'Problem', 'odd.first.reply', 'odd.second.reply'].sort(),
    );
  });
});
