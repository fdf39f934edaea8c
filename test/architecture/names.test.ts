import { describe, expect, it } from '@jest/globals';
import { judgeNames } from './judge-names.ts';
import { readSources } from './source-tree.ts';

describe('a file’s name', () => {
  it('says what is in it, everywhere', () => {
    expect(judgeNames(readSources())).toEqual([]);
  });

  it.each([
    ['src/shared/utils/text.ts', 'export const a = 1;', /called "utils"/],
    ['src/modules/catalog/domain/product-helpers.ts', 'export const a = 1;', /called "helpers"/],
    ['src/modules/catalog/use-cases/getProduct.ts', 'export class GetProduct {}', /kebab-case/],
    ['src/modules/catalog/use-cases/index.ts', '', /is an index.ts/],
    [
      'src/modules/catalog/use-cases/get-product.ts',
      'export class FetchProduct {}',
      /exports FetchProduct, but is named for GetProduct/,
    ],
    [
      'src/modules/catalog/persistence/product.repository.ts',
      'export class Products {}',
      /named for ProductRepository/,
    ],
    ['src/modules/catalog/catalog.module.ts', 'const catalogModule = 1;', /exports nothing/],
  ])('such as %s is refused', (path, text, message) => {
    expect(judgeNames([{ path, text }])).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['src/modules/catalog/use-cases/get-product.ts', 'type Operation = 1;\nexport class GetProduct {}'],
    [
      'src/modules/catalog/persistence/product.repository.ts',
      'export interface Row {}\nexport class ProductRepository {}',
    ],
    ['src/modules/ordering/sagas/checkout.saga.ts', 'export const checkoutSaga = 1;'],
    ['src/modules/catalog/contract/index.ts', 'export const Catalog = 1;'],
    ['src/shared/values/money.ts', 'export const Currency = 1;'],
  ])('such as %s is right', (path, text) => {
    expect(judgeNames([{ path, text }])).toEqual([]);
  });
});
