import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Product, SellableVariant } from '../contract/index.ts';
import type { StoredProduct } from '../domain/product-content.ts';
import { SELECT_PRODUCTS, toStoredProduct, type ProductRow } from './product-rows.ts';

export interface ProductFilter {
  readonly q: string | undefined;
  readonly category: string | undefined;
  readonly publishedOnly: boolean;
  /** The id after which the page begins. */
  readonly after: string | undefined;
}

/** What others see of the catalog. */
export class ProductReader {
  async find(work: UnitOfWork, idOrHandle: string, publishedOnly: boolean): Promise<Product | undefined> {
    // A handle may look like an id; then the product with that id is the one that is meant.
    const row = await work.row<ProductRow>(
      `${SELECT_PRODUCTS}
       where (p.id = $1 or p.handle = $1) and (p.status = 'published' or not $2)
       order by p.id = $1 desc limit 1`,
      [idOrHandle, publishedOnly],
    );
    return row === undefined ? undefined : toProduct(row);
  }

  async list(work: UnitOfWork, filter: ProductFilter, limit: number): Promise<Product[]> {
    const pattern = filter.q === undefined || filter.q.trim() === '' ? null : `%${escapeLike(filter.q.trim())}%`;
    const conditions = [
      'p.id > $1',
      ...(filter.publishedOnly ? [`p.status = 'published'`] : []),
      '($2::text is null or p.category = $2)',
      `($3::text is null or p.title ilike $3 or p.handle ilike $3
         or p.id in (select product_id from variants where sku ilike $3))`,
    ];
    const rows = await work.rows<ProductRow>(
      `${SELECT_PRODUCTS} where ${conditions.join(' and ')} order by p.id limit $4`,
      [filter.after ?? '', filter.category ?? null, pattern, limit],
    );
    return rows.map(toProduct);
  }

  /** All products, drafts included, in the order of ids. */
  async listContent(work: UnitOfWork, after: string, limit: number): Promise<StoredProduct[]> {
    const rows = await work.rows<ProductRow>(`${SELECT_PRODUCTS} where p.id > $1 order by p.id limit $2`, [
      after,
      limit,
    ]);
    return rows.map(toStoredProduct);
  }

  /** Part of every purchase: one statement, two primary keys, no model. */
  async listVariants(work: UnitOfWork, skus: readonly string[]): Promise<SellableVariant[]> {
    return await work.rows<SellableVariant>(
      `select v.sku, v.product_id as "productId", v.sold_as as title, v.tracked, p.status = 'published' as published,
              (select coalesce(jsonb_agg(jsonb_build_object('amount', x.amount, 'currency', x.currency)
                        order by x.currency), '[]')
               from variant_prices x where x.sku = v.sku) as prices
       from variants v join products p on p.id = v.product_id
       where v.sku = any($1)`,
      [[...skus]],
    );
  }
}

function toProduct(row: ProductRow): Product {
  return {
    id: row.id,
    version: row.version,
    handle: row.handle,
    title: row.title,
    description: row.description,
    category: row.category,
    vendor: row.vendor,
    tags: [...row.tags],
    images: row.images.toSorted((one, other) => one.position - other.position).map(({ url, alt }) => ({ url, alt })),
    optionNames: [...row.optionNames],
    status: row.status,
    variants: row.variants.map((variant) => ({
      sku: variant.sku,
      title: variant.title ?? row.title,
      optionValues: [...variant.optionValues],
      prices: variant.prices.map(({ amount, currency }) => ({ amount, currency })),
      tracked: variant.tracked,
    })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** A shopper who types "100%" means the character. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
