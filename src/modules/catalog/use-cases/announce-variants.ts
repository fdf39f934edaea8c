import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Catalog } from '../contract/index.ts';
import { announcedVariants } from '../domain/announced-variants.ts';
import type { ProductContent } from '../domain/product-content.ts';

/** Publishes what a change to a product makes newly known of its variants. */
export function announceVariants(
  work: UnitOfWork,
  productId: string,
  before: ProductContent | undefined,
  after: ProductContent,
): void {
  for (const variant of announcedVariants(before, after)) {
    work.publish(Catalog.events.variantPublished, { ...variant, productId });
  }
}
