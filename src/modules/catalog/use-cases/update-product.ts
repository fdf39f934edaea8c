import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type UnitOfWork } from '../../../shared/database/index.ts';
import { present, problems } from '../../../shared/errors/index.ts';
import { Catalog } from '../contract/index.ts';
import { changedContent } from '../domain/product-changes.ts';
import { isSameContent, type ProductContent } from '../domain/product-content.ts';
import { ProductReader } from '../persistence/product.reader.ts';
import { ProductRepository } from '../persistence/product.repository.ts';
import { announceVariants } from './announce-variants.ts';

type Update = typeof Catalog.operations.updateProduct;

/** A change that changes nothing makes no new version, so that it may be repeated. */
export class UpdateProduct implements UseCase<Update> {
  constructor(
    @inject(ProductRepository) private readonly products: ProductRepository,
    @inject(ProductReader) private readonly reader: ProductReader,
  ) {}

  async execute(
    { productId, version, ...changes }: ParsedInputOf<Update>,
    work: UnitOfWork,
  ): Promise<OutputOf<Update>> {
    const stored = await this.products.lock(work, productId);
    if (stored === undefined) throw Catalog.errors.productNotFound({ idOrHandle: productId });
    if (version !== undefined && version !== stored.version) throw problems.versionConflict(stored.version);
    const after = changedContent(stored.content, changes);
    if (!isSameContent(stored.content, after)) {
      await this.#write(work, productId, after);
      announceVariants(work, productId, stored.content, after);
    }
    return present(await this.reader.find(work, productId, false), 'a product that is locked can be read');
  }

  async #write(work: UnitOfWork, id: string, content: ProductContent): Promise<void> {
    try {
      await this.products.update(work, [{ id, content }]);
    } catch (error) {
      if (!isUniqueViolation(error, 'products_handle_unique')) throw error;
      throw Catalog.errors.handleTaken({ handle: content.handle });
    }
    const taken = await this.products.replaceVariants(work, [{ id, content }]);
    if (taken.length > 0) throw Catalog.errors.skuTaken({ skus: taken });
  }
}
