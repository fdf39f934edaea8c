import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Catalog, SellableVariant } from '../contract/index.ts';
import { ProductReader } from '../persistence/product.reader.ts';

type GetVariantsOperation = typeof Catalog.operations.getVariants;

export class GetVariants implements UseCase<GetVariantsOperation> {
  constructor(@inject(ProductReader) private readonly products: ProductReader) {}

  async execute({ skus }: ParsedInputOf<GetVariantsOperation>, work: UnitOfWork): Promise<SellableVariant[]> {
    return await this.products.listVariants(work, skus);
  }
}
