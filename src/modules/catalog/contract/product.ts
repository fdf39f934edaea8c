import { z } from 'zod';
import { id, Money, Sku } from '../../../shared/values/index.ts';

/** What the API and a CSV file may hold is the same, so that every export can be imported again. */
export const productLimits = {
  handleCharacters: 200,
  titleCharacters: 255,
  descriptionCharacters: 65_536,
  /** Category, vendor, a tag, an option's name or value, a variant's title. */
  labelCharacters: 255,
  variants: 250,
  pricesPerVariant: 50,
  images: 250,
  imageUrlCharacters: 2_048,
  imageAltCharacters: 512,
  tags: 250,
} as const;

export const ProductId = id('prd');
export const ProductStatus = z.enum(['draft', 'published', 'archived']);
export type ProductStatus = z.infer<typeof ProductStatus>;

const Handle = z
  .string()
  .min(1)
  .max(productLimits.handleCharacters)
  .regex(
    /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/,
    'must be lower-case letters and digits, joined by single hyphens or underscores',
  );
const Label = z.string().trim().min(1).max(productLimits.labelCharacters);
const Tag = Label.regex(/^[^,]+$/, 'must hold no comma');
const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

const NewVariant = z.strictObject({
  sku: Sku,
  /** Default: the product's title, or what a kept SKU was called before. */
  title: Label.optional(),
  prices: z
    .array(Money)
    .min(1)
    .max(productLimits.pricesPerVariant)
    .refine((prices) => isUnique(prices.map(({ currency }) => currency)), 'must hold one price per currency'),
  /** Untracked goods (services, postage) are always available and move no stock. */
  tracked: z.boolean().default(true),
});

const NewImage = z.strictObject({
  url: z
    .string()
    .max(productLimits.imageUrlCharacters)
    .regex(/^https?:\/\/\S+$/i, 'must be an http or https address'),
  alt: z.string().trim().min(1).max(productLimits.imageAltCharacters).optional(),
});

export const NewProduct = z.strictObject({
  handle: Handle,
  title: z.string().trim().min(1).max(productLimits.titleCharacters),
  description: z.string().max(productLimits.descriptionCharacters).optional(),
  category: Label.nullable().optional(),
  vendor: Label.nullable().optional(),
  tags: z.array(Tag).max(productLimits.tags).refine(isUnique, 'must hold each tag once').optional(),
  images: z
    .array(NewImage)
    .max(productLimits.images)
    .refine((images) => isUnique(images.map(({ url }) => url)), 'must hold each address once')
    .optional(),
  status: ProductStatus.default('draft'),
  variants: z
    .array(NewVariant)
    .min(1)
    .max(productLimits.variants)
    .refine((variants) => isUnique(variants.map(({ sku }) => sku)), 'must hold each SKU once'),
});
export type NewProduct = z.output<typeof NewProduct>;

export const ProductChanges = NewProduct.partial().extend({ status: ProductStatus.optional() });
export type ProductChanges = z.output<typeof ProductChanges>;

const Variant = z.object({
  sku: Sku,
  title: z.string(),
  optionValues: z.array(z.string()),
  prices: z.array(Money),
  tracked: z.boolean(),
});

export const Product = z.object({
  id: ProductId,
  version: z.int(),
  handle: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.string().nullable(),
  vendor: z.string().nullable(),
  tags: z.array(z.string()),
  images: z.array(z.object({ url: z.string(), alt: z.string().nullable() })),
  optionNames: z.array(z.string()),
  status: ProductStatus,
  variants: z.array(Variant),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Product = z.infer<typeof Product>;

/** What a shopper sees of a published product. */
export const StoreProduct = Product.omit({ version: true, status: true, createdAt: true, updatedAt: true }).extend({
  variants: z.array(Variant.omit({ tracked: true })),
});
export type StoreProduct = z.infer<typeof StoreProduct>;
