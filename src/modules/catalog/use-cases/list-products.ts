import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Page } from '../../../shared/values/index.ts';
import type { Catalog, Product } from '../contract/index.ts';
import { ProductReader } from '../persistence/product.reader.ts';
import { readProductCursor } from './read-product-cursor.ts';

type List = typeof Catalog.operations.listProducts;

export class ListProducts implements UseCase<List> {
  constructor(@inject(ProductReader) private readonly products: ProductReader) {}

  async execute(
    { q, category, publishedOnly, limit, cursor }: ParsedInputOf<List>,
    work: UnitOfWork,
  ): Promise<Page<Product>> {
    const filter = { q, category, publishedOnly, after: readProductCursor(cursor) };
    // One more than asked for says whether another page follows.
    const found = await this.products.list(work, filter, limit + 1);
    return toPage(
      found,
      limit,
      ({ id }) => [id],
      (product) => product,
    );
  }
}
