import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Currency, MAX_LINES, Money, pageOf, PageRequest, Sku } from '../../../shared/values/index.ts';
import { NewProduct, Product, ProductChanges, ProductId, productLimits } from './product.ts';

export * from './product.ts';

const MAX_CSV_CHARACTERS = 10_000_000;

/** What a seller needs to know of a variant. */
export const SellableVariant = z.object({
  sku: Sku,
  productId: ProductId,
  /** What stands on a cart's or an order's line: "Banyan Seedling – Clay". */
  title: z.string(),
  prices: z.array(Money),
  tracked: z.boolean(),
  /** Its product is published. */
  published: z.boolean(),
});
export type SellableVariant = z.infer<typeof SellableVariant>;

export const ImportReport = z.object({
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ row: z.int(), column: z.string(), code: z.string(), message: z.string() })),
});
export type ImportReport = z.infer<typeof ImportReport>;

export const Catalog = defineContract('catalog', {
  operations: {
    /** Safe to repeat with its idempotency key. */
    createProduct: command(NewProduct, Product),
    /** Changes the fields that are given; `variants` replaces all. With `version`, only that version is changed. */
    updateProduct: command(
      ProductChanges.extend({ productId: ProductId, version: z.int().min(1).optional() }),
      Product,
    ),
    getProduct: query(
      z.strictObject({ idOrHandle: z.string().min(1).max(productLimits.handleCharacters), publishedOnly: z.boolean() }),
      Product,
    ),
    /** Ordered by id, oldest first. `q` matches titles, handles and SKUs. */
    listProducts: query(
      PageRequest.extend({
        q: z.string().max(200).optional(),
        category: z.string().max(productLimits.labelCharacters).optional(),
        publishedOnly: z.boolean(),
      }),
      pageOf(Product),
    ),
    /** The variants that exist among these SKUs, in no promised order. */
    getVariants: query(z.strictObject({ skus: z.array(Sku).min(1).max(MAX_LINES) }), z.array(SellableVariant)),
    /** Shopify's CSV format. Repeating an import finds everything unchanged; one that died goes on where it stopped. */
    importProducts: command(
      z.strictObject({ csv: z.string().max(MAX_CSV_CHARACTERS), currency: Currency }),
      ImportReport,
      { repeat: 'natural' },
    ),
    /**
     * The products that are sold in this currency: each of their variants has a price in it. One answer is never more
     * than one import takes; `nextCursor` leads to the rest.
     */
    exportProducts: query(
      z.strictObject({ currency: Currency, cursor: z.string().max(500).optional() }),
      z.object({ csv: z.string(), nextCursor: z.string().nullable() }),
    ),
  },
  events: {
    /** A variant is for sale, or what is known of it has changed. */
    variantPublished: event(1, {
      of: 'sku',
      data: z.object({ sku: Sku, productId: ProductId, title: z.string(), tracked: z.boolean() }),
    }),
  },
  errors: {
    productNotFound: problem(404, 'No such product', z.object({ idOrHandle: z.string() })),
    handleTaken: problem(409, 'Another product has this handle', z.object({ handle: z.string() })),
    skuTaken: problem(409, 'Another product has this SKU', z.object({ skus: z.array(z.string()) })),
  },
});
