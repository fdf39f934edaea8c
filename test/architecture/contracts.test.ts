import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { modules } from '../../src/modules/index.ts';
import { anyone, signed, staff } from '../../src/shared/auth/index.ts';
import { command, defineContract, event, query } from '../../src/shared/contract/index.ts';
import { get, post, type Route } from '../../src/shared/http/index.ts';
import { ALLOWED_UNKNOWN, judgeContract } from './judge-contracts.ts';
import { judgeDocstrings } from './judge-docstrings.ts';
import { judgeRoutes, KEYLESS } from './judge-routes.ts';
import { judgeSchema } from './judge-schema.ts';
import { readSources } from './source-tree.ts';

const routes = modules.flatMap((module) => module.routes);

describe('what crosses from module to module', () => {
  it('arrives as it was sent, whatever carries it', () => {
    expect(modules.flatMap(({ contract }) => judgeContract(contract))).toEqual([]);
  });

  it.each([
    ['any value', z.any()],
    ['an unknown value', z.object({ deep: z.array(z.unknown()) })],
    ['a Date', z.object({ at: z.date().optional() })],
    ['a Map', z.map(z.string(), z.int())],
    ['a Set', z.set(z.string())],
    ['a big integer', z.union([z.string(), z.bigint()])],
    ['nothing inside something', z.object({ gap: z.undefined() })],
    ['a value that parsing changes', z.string().transform((text) => text.length)],
    ['a value that is coerced', z.coerce.number()],
    ['a custom check of anything', z.custom<() => void>()],
  ])('is refused when it holds %s', (_, schema) => {
    expect(judgeSchema(schema, 'sample')).toEqual([
      expect.stringMatching(/^sample.*(JSON cannot carry|coerce at the route)/),
    ]);
  });

  it('is refused in an event as in an operation, by its place', () => {
    const Planted = defineContract('planted', {
      operations: { grow: query(z.object({ since: z.date() }), z.void()) },
      events: { grown: event(1, { of: 'tree', data: z.object({ tree: z.string(), rings: z.map(z.int(), z.int()) }) }) },
    });
    expect(judgeContract(Planted)).toEqual([
      expect.stringMatching(/^planted.grow input.since is z.date/),
      expect.stringMatching(/^planted.grown data.rings is z.map/),
    ]);
  });

  it('may be nested, optional and recursive', () => {
    const Category = z.object({
      title: z.string().trim().max(10),
      get children() {
        return z.array(Category);
      },
    });
    expect(judgeSchema(z.record(z.string(), Category.nullable().default(null)), 'sample')).toEqual([]);
  });
});

describe('a command', () => {
  it('says what a repeat does', () => {
    const contracts = readSources(['src/modules']).filter(({ path }) => path.includes('/contract/'));
    expect(contracts.flatMap(judgeDocstrings)).toEqual([]);
  });

  it('is found when it does not', () => {
    const text = 'const c = {\n/** Reads. */\na: query(A, B),\nb: command(A, B),\n/** Safe. */\nc: command(A, B) };';
    expect(judgeDocstrings({ path: 'x.ts', text })).toEqual([
      'x.ts: b has no docstring: say in one line what a repeat does.',
    ]);
  });
});

describe('an endpoint', () => {
  const Planted = defineContract('ordering', {
    operations: {
      look: query(z.object({}), z.object({})),
      move: command(z.object({}), z.object({})),
      name: command(z.object({}), z.object({}), { repeat: 'natural' }),
    },
  });
  const Elsewhere = defineContract('catalog', { operations: { write: command(z.object({}), z.object({})) } });
  const { look, move, name } = Planted.operations;

  it('has an access rule, and takes nothing twice that moves money, stock or orders', () => {
    expect(judgeRoutes(routes)).toEqual([]);
  });

  it.each<[string, Route, RegExp]>([
    [
      'without an access rule',
      { ...get('/store/v1/x', { operation: look, access: anyone, summary: '' }), access: undefined as never },
      /no access rule/,
    ],
    [
      'of staff that lets anyone in',
      get('/admin/v1/x', { operation: look, access: anyone, summary: '' }),
      /must be staff/,
    ],
    [
      'that takes signatures from shoppers',
      post('/store/v1/x', { operation: move, access: signed, summary: '', idempotencyKey: 'required' }),
      /under \/webhooks/,
    ],
    [
      'that moves an order twice',
      post('/admin/v1/x', { operation: name, access: staff('orders:write'), summary: '' }),
      /moves money, stock or orders/,
    ],
    [
      'that moves an order twice where no key is sent',
      post('/store/v1/x', { operation: move, access: anyone, summary: '', idempotencyKey: 'optional' }),
      /moves money, stock or orders/,
    ],
    [
      'that ignores the key that makes it safe',
      post('/admin/v1/x', { operation: Elsewhere.operations.write, access: staff('catalog:write'), summary: '' }),
      /a key makes safe to repeat/,
    ],
    ['that reads with a POST', post('/store/v1/x', { operation: look, access: anyone, summary: '' }), /make it a GET/],
  ])('%s is found', (_, route, message) => {
    expect(judgeRoutes([route])).toEqual([expect.stringMatching(message)]);
  });

  it('is excused only while it exists', () => {
    const names = routes.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(KEYLESS).filter((each) => !names.includes(each))).toEqual([]);
    expect(Object.keys(ALLOWED_UNKNOWN)).toEqual([]);
  });
});
