import { describe, expect, it } from '@jest/globals';
import { judgeSizes, lineCountOf } from './judge-sizes.ts';
import { ALLOWED_SIZES } from './sizes.ts';
import { readSources } from './source-tree.ts';

const longFile = (path: string, lines: number) => ({ path, text: 'x;\n'.repeat(lines) });

describe('a file', () => {
  it('is as short as its kind should be', () => {
    expect(judgeSizes(readSources())).toEqual([]);
  });

  it.each([
    ['src/modules/ordering/contract/index.ts', 200, /move schemas/],
    ['src/modules/ordering/ordering.routes.ts', 130, /rows of one resource/],
    ['src/modules/ordering/use-cases/complete-cart.ts', 120, /rules into domain/],
    ['src/modules/ordering/subscribers/do-this-when-that.ts', 60, /one effect/],
    ['src/modules/ordering/persistence/order.repository.ts', 180, /split by table/],
    ['src/modules/ordering/domain/cart.ts', 200, /name the parts/],
    ['src/modules/ordering/test/ordering.http.test.ts', 300, /split the suite/],
    ['src/shared/http/server.ts', 300, /name the parts/],
    ['scripts/bench.ts', 250, /name the parts/],
  ])('such as %s is found when it grows past %d lines, with the remedy', (path, limit, remedy) => {
    expect(judgeSizes([longFile(path, limit)])).toEqual([]);
    expect(judgeSizes([longFile(path, limit + 1)])).toEqual([expect.stringMatching(remedy)]);
  });

  it('is excused only while it needs the excuse', () => {
    const sizes = new Map(readSources().map(({ path, text }) => [path, lineCountOf(text)]));
    const idle = Object.keys(ALLOWED_SIZES).filter(
      (path) => judgeSizes([longFile(path, sizes.get(path) ?? 0)]).length > 0,
    );
    expect(idle).toEqual([]);
  });
});
