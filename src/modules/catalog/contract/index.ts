import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { Currency, id, MAX_LINES, Money, pageOf, PageRequest, Sku } from '../../../shared/values/index.ts';

const MAX_CSV_CHARACTERS = 10_000_000;

export const ProductId = id('prd');
const Handle = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/, 'must be lower-case letters and digits, joined by single hyphens');
const ProductStatus = z.enum(['draft', 'published', 'archived']);

const NewVariant = z.strictObject({
  sku: Sku,
  title: z.string().trim().min(1).max(300).optional(),
  /** At most one price in each currency. */
  prices: z
    .array(Money)
    .min(1)
    .max(50)
    .refine((prices) => new Set(prices.map(({ currency }) => currency)).size === prices.length, 'must hold one price per currency'),
  /** Untracked goods (services, postage) are always available and move no stock. */
  tracked: z.boolean().default(true),
});

export const NewProduct = z.strictObject({
  handle: Handle,
  title: z.string().trim().min(1).max(300),
  description: z.string().max(50_000).optional(),
  category: z.string().trim().min(1).max(100).optional(),
  status: ProductStatus.default('draft'),
  variants: z.array(NewVariant).min(1).max(200),
});

export const Product = z.object({
  id: ProductId,
  version: z.int(),
  handle: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.string().nullable(),
  status: ProductStatus,
  variants: z.array(z.object({ sku: Sku, title: z.string(), prices: z.array(Money), tracked: z.boolean() })),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Product = z.infer<typeof Product>;

/** What a seller needs to know of a variant. */
export const SellableVariant = z.object({
  sku: Sku,
  productId: ProductId,
  title: z.string(),
  prices: z.array(Money),
  tracked: z.boolean(),
  /** Its product is published. */
  published: z.boolean(),
});

const ImportReport = z.object({
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ row: z.int(), column: z.string(), code: z.string(), message: z.string() })),
});

export const Catalog = defineContract('catalog', {
  operations: {
    /** Safe to repeat with its idempotency key. */
    createProduct: command(NewProduct, Product),
    /** Changes the fields that are given; `variants` replaces all. With `version`, only that version is changed. */
    updateProduct: command(
      NewProduct.partial()
        .extend({ status: ProductStatus.optional(), productId: ProductId, version: z.int().min(1).optional() }),
      Product,
    ),
    getProduct: query(z.strictObject({ idOrHandle: z.string().min(1).max(200), publishedOnly: z.boolean() }), Product),
    /** Ordered by id, oldest first. `q` matches titles, handles and SKUs. */
    listProducts: query(
      PageRequest.extend({
        q: z.string().max(200).optional(),
        category: z.string().max(100).optional(),
        publishedOnly: z.boolean(),
      }),
      pageOf(Product),
    ),
    /** The variants that exist among these SKUs, in no promised order. */
    getVariants: query(z.strictObject({ skus: z.array(Sku).min(1).max(MAX_LINES) }), z.array(SellableVariant)),
    /** Shopify's CSV format. Repeating an import finds everything unchanged. */
    importProducts: command(
      z.strictObject({ csv: z.string().max(MAX_CSV_CHARACTERS), currency: Currency }),
      ImportReport,
      { repeat: 'natural' },
    ),
    exportProducts: query(z.strictObject({ currency: Currency }), z.object({ csv: z.string() })),
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
