import { describe, expect, it } from '@jest/globals';
import { modules } from '../../src/modules/index.ts';
import { ModuleGraph } from '../../src/shared/module/index.ts';
import { importsOf } from './imports-of.ts';
import { judgeImports, type Knowledge } from './judge-imports.ts';
import { knowledgeOf } from './knowledge.ts';
import { ALLOWED_IMPORTS, SIDE_DOORS } from './rooms.ts';
import { readSources } from './source-tree.ts';

const planted: Knowledge = new Map([
  ['ordering', new Set(['catalog', 'inventory'])],
  ['inventory', new Set(['catalog'])],
]);

const judge = (path: string, specifier: string): string[] =>
  judgeImports([{ path, text: `import { x } from '${specifier}';` }], planted);

describe('what may import what', () => {
  it('holds in every file of the checkout', () => {
    expect(judgeImports(readSources(), knowledgeOf(new ModuleGraph(modules)))).toEqual([]);
  });

  it.each([
    [
      'a contract that reaches into a table',
      'src/modules/inventory/contract/index.ts',
      '../persistence/stock.repository.ts',
      /may not import persistence/,
    ],
    ['a contract with a package', 'src/modules/inventory/contract/index.ts', 'sequelize', /contract may import zod/],
    [
      'a rule that reads the database',
      'src/modules/inventory/domain/reservation.ts',
      '../../../shared/database/index.ts',
      /pass it in as data/,
    ],
    ['a rule that imports a package', 'src/modules/inventory/domain/reservation.ts', 'zod', /domain may import node:/],
    [
      'a rule that knows another module',
      'src/modules/inventory/domain/reservation.ts',
      '../../catalog/contract/index.ts',
      /another module’s contract/,
    ],
    [
      'a repository that calls a use case',
      'src/modules/inventory/persistence/stock.repository.ts',
      '../use-cases/reserve-stock.ts',
      /may not import use-cases/,
    ],
    [
      'a repository that calls another module',
      'src/modules/inventory/persistence/stock.repository.ts',
      '../../catalog/contract/index.ts',
      /another module’s contract/,
    ],
    [
      'a saga that skips the contract',
      'src/modules/ordering/sagas/checkout.saga.ts',
      '../use-cases/confirm-order.ts',
      /make an operation/,
    ],
    [
      'a route that does the work itself',
      'src/modules/ordering/ordering.routes.ts',
      './persistence/order.repository.ts',
      /into the use case/,
    ],
    [
      'a use case that speaks HTTP',
      'src/modules/ordering/use-cases/get-order.ts',
      '../../../shared/http/index.ts',
      /may not import shared\/http/,
    ],
    [
      'another module’s inside',
      'src/modules/ordering/use-cases/get-order.ts',
      '../../catalog/domain/product-content.ts',
      /known by its contract alone/,
    ],
    [
      'another module’s inside, in a test',
      'src/modules/ordering/test/ordering.http.test.ts',
      '../../catalog/domain/product-content.ts',
      /known by its contract alone/,
    ],
    [
      'a contract that is not known',
      'src/modules/inventory/use-cases/list-stock.ts',
      '../../ordering/contract/index.ts',
      /neither calls nor hears ordering/,
    ],
    [
      'a fixture used outside of tests',
      'src/modules/inventory/use-cases/list-stock.ts',
      '../test/stock-room.ts',
      /stays with tests/,
    ],
    [
      'the kernel’s test tools used outside of tests',
      'src/modules/inventory/use-cases/list-stock.ts',
      '../../../shared/testing/index.ts',
      /may not import shared\/testing/,
    ],
    [
      'a module that imports the process',
      'src/modules/inventory/use-cases/list-stock.ts',
      '../../../app.ts',
      /knows nothing of the process/,
    ],
    ['a file outside of every room', 'src/modules/inventory/stock.ts', 'zod', /lies in no room/],
  ])('finds %s', (_, path, specifier, message) => {
    expect(judge(path, specifier)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'shared that imports a module',
      'src/shared/http/server.ts',
      '../../modules/catalog/contract/index.ts',
      /Nothing in shared knows modules/,
    ],
    [
      'shared that imports a later folder',
      'src/shared/database/provision.ts',
      '../calls/index.ts',
      /comes before shared\/calls/,
    ],
    [
      'a shared folder entered through the window',
      'src/shared/calls/client.ts',
      '../contract/operation.ts',
      /entered by its door/,
    ],
    [
      'a window entered from a module',
      'src/modules/catalog/use-cases/get-product.ts',
      '../../../shared/values/money.ts',
      /entered by its door/,
    ],
    ['a shared folder without a place', 'src/shared/lib/left-pad.ts', '../values/index.ts', /has no place/],
    ['a sandbox that uses our code', 'src/sandbox/books.ts', '../shared/values/index.ts', /speak HTTP/],
    [
      'a list of modules that does more',
      'src/modules/index.ts',
      './catalog/contract/index.ts',
      /one line for each module/,
    ],
    [
      'a script that reaches into a module',
      'scripts/bench.ts',
      '../src/modules/catalog/csv/read-sheet.ts',
      /Only a module’s contract/,
    ],
    ['a process that needs test tools', 'src/app.ts', './shared/testing/index.ts', /stays with tests/],
    ['source that needs a script', 'src/app.ts', '../scripts/docs.ts', /built without scripts/],
  ])('finds %s', (_, path, specifier, message) => {
    expect(judge(path, specifier)).toEqual([expect.stringMatching(message)]);
  });

  it('keeps no exception that nobody needs any more', () => {
    const imports = readSources().flatMap((file) => importsOf(file).map((target) => `${file.path} ${target}`));
    expect(ALLOWED_IMPORTS.filter((allowed) => !imports.includes(`${allowed.path} ${allowed.imports}`))).toEqual([]);
    expect(Object.keys(SIDE_DOORS).filter((door) => !imports.some((line) => line.endsWith(` ${door}`)))).toEqual([]);
  });

  it('sees imports of types, re-exports and dynamic imports', () => {
    const path = 'src/sandbox/books.ts';
    const text = `import type { A } from '../app.ts'; export * from '../main.ts'; const b = await import('../version.ts');`;
    expect(judgeImports([{ path, text }], planted)).toHaveLength(3);
  });

  it('lets through what the design allows', () => {
    expect(judge('src/modules/ordering/use-cases/get-order.ts', '../../catalog/contract/index.ts')).toEqual([]);
    expect(judge('src/modules/ordering/domain/cart.ts', '../contract/index.ts')).toEqual([]);
    expect(judge('src/modules/ordering/test/ordering.http.test.ts', '../../payments/contract/index.ts')).toEqual([]);
    expect(judge('src/modules/payments/test/payments-world.ts', '../../../sandbox/start-sandbox.ts')).toEqual([]);
    expect(judge('scripts/bench.ts', '../src/modules/ordering/contract/index.ts')).toEqual([]);
    expect(judge('src/shared/module/hosted-module.ts', '../values/index.ts')).toEqual([]);
  });
});
