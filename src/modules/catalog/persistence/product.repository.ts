import type { UnitOfWork } from '../../../shared/database/index.ts';
import { soldAs, type ProductContent, type StoredProduct } from '../domain/product-content.ts';
import { SELECT_PRODUCTS, toStoredProduct, type ProductRow } from './product-rows.ts';

/** A product's content under its id. */
export interface KeptContent {
  readonly id: string;
  readonly content: ProductContent;
}

/** Writes products, however many, with the same few statements. */
export class ProductRepository {
  /** Whoever reads now and writes later in this transaction is alone in writing; readers go on. */
  async lockAll(work: UnitOfWork): Promise<void> {
    await work.run('lock table products in share row exclusive mode');
  }

  /** The product, which nobody else changes until the transaction ends. */
  async lock(work: UnitOfWork, id: string): Promise<StoredProduct | undefined> {
    // An update takes the table's lock before the row's, in the order of an import: the two cannot deadlock.
    await work.run('update products set version = version where id = $1', [id]);
    const row = await work.row<ProductRow>(`${SELECT_PRODUCTS} where p.id = $1`, [id]);
    return row === undefined ? undefined : toStoredProduct(row);
  }

  async listByHandles(work: UnitOfWork, handles: readonly string[]): Promise<StoredProduct[]> {
    const rows = await work.rows<ProductRow>(`${SELECT_PRODUCTS} where p.handle = any($1)`, [[...handles]]);
    return rows.map(toStoredProduct);
  }

  /** The product's id to each of these SKUs that is taken. */
  async findOwners(work: UnitOfWork, skus: readonly string[]): Promise<Map<string, string>> {
    const rows = await work.rows<{ sku: string; productId: string }>(
      'select sku, product_id as "productId" from variants where sku = any($1)',
      [[...skus]],
    );
    return new Map(rows.map(({ sku, productId }) => [sku, productId]));
  }

  /** How many could be inserted: a product whose handle is taken cannot. */
  async insert(work: UnitOfWork, products: readonly KeptContent[]): Promise<number> {
    if (products.length === 0) return 0;
    return await work.run(
      `insert into products (id, handle, title, description, category, vendor, tags, status, option_names, images)
       select id, handle, title, description, category, vendor, tags, status, option_names, images
       from jsonb_to_recordset($1::jsonb) as g(${PRODUCT_COLUMNS})
       on conflict (handle) do nothing`,
      [toProductRecords(products)],
    );
  }

  /** Writes content and makes it the next version. Throws the unique violation of a handle that is taken. */
  async update(work: UnitOfWork, products: readonly KeptContent[]): Promise<void> {
    if (products.length === 0) return;
    await work.run(
      `update products p
       set handle = g.handle, title = g.title, description = g.description, category = g.category, vendor = g.vendor,
           tags = g.tags, status = g.status, option_names = g.option_names, images = g.images,
           version = p.version + 1, updated_at = now()
       from jsonb_to_recordset($1::jsonb) as g(${PRODUCT_COLUMNS}) where p.id = g.id`,
      [toProductRecords(products)],
    );
  }

  /** Replaces the products' variants and prices. The SKUs that belong to other products: nothing may be kept then. */
  async replaceVariants(work: UnitOfWork, products: readonly KeptContent[]): Promise<string[]> {
    if (products.length === 0) return [];
    const variants = products.flatMap(toVariantRecords);
    const skus = variants.map(({ sku }) => sku);
    await work.run('delete from variants where product_id = any($1) and sku <> all($2)', [
      products.map(({ id }) => id),
      skus,
    ]);
    const written = await work.rows<{ sku: string }>(WRITE_VARIANTS, [JSON.stringify(variants)]);
    if (written.length < skus.length) {
      const own = new Set(written.map(({ sku }) => sku));
      return skus.filter((sku) => !own.has(sku));
    }
    await work.run(DELETE_PRICES, [JSON.stringify(products.flatMap(toPriceRecords)), skus]);
    await work.run(WRITE_PRICES, [JSON.stringify(products.flatMap(toPriceRecords))]);
    return [];
  }
}

const PRODUCT_COLUMNS =
  'id text, handle text, title text, description text, category text, vendor text, tags jsonb, status text, option_names jsonb, images jsonb';

// In the order of SKUs, so that two transactions that want the same ones wait instead of blocking each other.
const WRITE_VARIANTS = `
  insert into variants (sku, product_id, position, title, sold_as, tracked, option_values, barcode, weight_grams,
                        requires_shipping, taxable, inventory_quantity)
  select sku, product_id, position, title, sold_as, tracked, option_values, barcode, weight_grams,
         requires_shipping, taxable, inventory_quantity
  from jsonb_to_recordset($1::jsonb) as g(
    sku text, product_id text, position integer, title text, sold_as text, tracked boolean, option_values jsonb,
    barcode text, weight_grams integer, requires_shipping boolean, taxable boolean, inventory_quantity integer)
  order by sku collate "C"
  on conflict (sku) do update set
    position = excluded.position, title = excluded.title, sold_as = excluded.sold_as, tracked = excluded.tracked,
    option_values = excluded.option_values, barcode = excluded.barcode, weight_grams = excluded.weight_grams,
    requires_shipping = excluded.requires_shipping, taxable = excluded.taxable,
    inventory_quantity = excluded.inventory_quantity
  where variants.product_id = excluded.product_id
  returning sku`;

const PRICES = 'jsonb_to_recordset($1::jsonb) as g(sku text, currency text, amount bigint, compare_at bigint)';

const DELETE_PRICES = `
  delete from variant_prices x
  where x.sku = any($2) and not exists (select from ${PRICES} where g.sku = x.sku and g.currency = x.currency)`;

const WRITE_PRICES = `
  insert into variant_prices (sku, currency, amount, compare_at)
  select sku, currency, amount, compare_at from ${PRICES}
  on conflict (sku, currency) do update set amount = excluded.amount, compare_at = excluded.compare_at`;

function toProductRecords(products: readonly KeptContent[]): string {
  return JSON.stringify(
    products.map(({ id, content: { optionNames, variants: _variants, ...columns } }) => ({
      ...columns,
      id,
      option_names: optionNames,
    })),
  );
}

function toVariantRecords({ id, content }: KeptContent) {
  return content.variants.map((variant, index) => ({
    sku: variant.sku,
    product_id: id,
    position: index + 1,
    title: variant.title,
    sold_as: soldAs(content.title, variant.title),
    tracked: variant.tracked,
    option_values: variant.optionValues,
    barcode: variant.barcode,
    weight_grams: variant.weightGrams,
    requires_shipping: variant.requiresShipping,
    taxable: variant.taxable,
    inventory_quantity: variant.inventoryQuantity,
  }));
}

function toPriceRecords({ content }: KeptContent) {
  return content.variants.flatMap(({ sku, prices }) =>
    prices.map(({ currency, amount, compareAt }) => ({ sku, currency, amount, compare_at: compareAt })),
  );
}
