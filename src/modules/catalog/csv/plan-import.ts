import { isSameContent, type ProductContent, type StoredProduct } from '../domain/product-content.ts';
import type { ImportedProduct, RowError } from './imported-product.ts';
import { toProductContent, type FileFacts } from './to-product-content.ts';

export interface ImportPlan {
  readonly created: readonly ProductContent[];
  readonly updated: readonly { readonly before: StoredProduct; readonly after: ProductContent }[];
  readonly unchanged: number;
  /** Products that would take another one's SKU. */
  readonly rejected: number;
  readonly errors: readonly RowError[];
}

export interface CatalogFacts {
  readonly byHandle: ReadonlyMap<string, StoredProduct>;
  /** The product's id to each SKU that is taken. */
  readonly owners: ReadonlyMap<string, string>;
}

/** What an import does to the catalog as it stands. */
export function planImport(imported: readonly ImportedProduct[], catalog: CatalogFacts, file: FileFacts): ImportPlan {
  const created: ProductContent[] = [];
  const updated: { before: StoredProduct; after: ProductContent }[] = [];
  const errors: RowError[] = [];
  let unchanged = 0;
  let rejected = 0;
  for (const product of imported) {
    const before = catalog.byHandle.get(product.handle);
    const faults = takenSkus(product, before, catalog).map((sku) => skuTaken(product, sku));
    if (faults.length > 0) {
      rejected += 1;
      errors.push(...faults);
      continue;
    }
    const after = toProductContent(product, before?.content, file);
    if (before === undefined) created.push(after);
    else if (isSameContent(before.content, after)) unchanged += 1;
    else updated.push({ before, after });
  }
  return { created, updated, unchanged, rejected, errors };
}

function takenSkus(product: ImportedProduct, before: StoredProduct | undefined, { owners }: CatalogFacts): string[] {
  return product.variants.map(({ sku }) => sku).filter((sku) => owners.has(sku) && owners.get(sku) !== before?.id);
}

function skuTaken(product: ImportedProduct, sku: string): RowError {
  const message = `SKU ${sku} belongs to another product already.`;
  return { row: product.row, column: 'Variant SKU', code: 'sku_taken', message };
}
