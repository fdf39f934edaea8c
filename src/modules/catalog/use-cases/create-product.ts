import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Catalog, type NewProduct, type Product } from '../contract/index.ts';
import { contentOfNew } from '../domain/product-changes.ts';
import { ProductReader } from '../persistence/product.reader.ts';
import { ProductRepository } from '../persistence/product.repository.ts';
import { announceVariants } from './announce-variants.ts';

export class CreateProduct implements UseCase<typeof Catalog.operations.createProduct> {
  constructor(
    @inject(ProductRepository) private readonly products: ProductRepository,
    @inject(ProductReader) private readonly reader: ProductReader,
  ) {}

  async execute(input: NewProduct, work: UnitOfWork): Promise<Product> {
    const id = newId('prd');
    const content = contentOfNew(input);
    const inserted = await this.products.insert(work, [{ id, content }]);
    if (inserted === 0) throw Catalog.errors.handleTaken({ handle: input.handle });
    const taken = await this.products.replaceVariants(work, [{ id, content }]);
    if (taken.length > 0) throw Catalog.errors.skuTaken({ skus: taken });
    announceVariants(work, id, undefined, content);
    return present(await this.reader.find(work, id, false), 'a product that was just inserted can be read');
  }
}
