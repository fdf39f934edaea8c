import type { ProductContent, StoredProduct } from '../domain/product-content.ts';

/** A product with all that belongs to it, as one row. */
export interface ProductRow extends ProductContent {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Reads ProductRow; conditions on `p` follow. One statement, so that a product and its variants fit each other. */
export const SELECT_PRODUCTS = `
  select p.id, p.version, p.handle, p.title, p.description, p.category, p.vendor, p.tags, p.status,
         p.option_names as "optionNames", p.images, p.created_at as "createdAt", p.updated_at as "updatedAt",
         (select coalesce(jsonb_agg(jsonb_build_object(
                   'sku', v.sku, 'title', v.title, 'tracked', v.tracked, 'optionValues', v.option_values,
                   'barcode', v.barcode, 'weightGrams', v.weight_grams, 'requiresShipping', v.requires_shipping,
                   'taxable', v.taxable, 'inventoryQuantity', v.inventory_quantity,
                   'prices', (select coalesce(jsonb_agg(jsonb_build_object(
                                      'currency', x.currency, 'amount', x.amount, 'compareAt', x.compare_at)
                                    order by x.currency), '[]')
                              from variant_prices x where x.sku = v.sku)) order by v.position), '[]')
          from variants v where v.product_id = p.id) as variants
  from products p`;

export function toStoredProduct(row: ProductRow): StoredProduct {
  const { id, version, createdAt: _createdAt, updatedAt: _updatedAt, ...content } = row;
  return { id, version, content };
}
