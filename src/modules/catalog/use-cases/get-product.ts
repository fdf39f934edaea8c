import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Catalog, type Product } from '../contract/index.ts';
import { ProductReader } from '../persistence/product.reader.ts';

type Get = typeof Catalog.operations.getProduct;

export class GetProduct implements UseCase<Get> {
  constructor(@inject(ProductReader) private readonly products: ProductReader) {}

  async execute({ idOrHandle, publishedOnly }: ParsedInputOf<Get>, work: UnitOfWork): Promise<Product> {
    const product = await this.products.find(work, idOrHandle, publishedOnly);
    if (product === undefined) throw Catalog.errors.productNotFound({ idOrHandle });
    return product;
  }
}
