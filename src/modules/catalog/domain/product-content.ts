import { isDeepStrictEqual } from 'node:util';
import type { ProductStatus } from '../contract/index.ts';

/** All that a merchant says of a product. Two products with equal content look the same in every answer and file. */
export interface ProductContent {
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly category: string | null;
  readonly vendor: string | null;
  readonly tags: readonly string[];
  readonly status: ProductStatus;
  /** Empty for a product without options. */
  readonly optionNames: readonly string[];
  readonly images: readonly ProductImage[];
  readonly variants: readonly VariantContent[];
}

export interface ProductImage {
  readonly url: string;
  readonly position: number;
  readonly alt: string | null;
}

export interface VariantContent {
  readonly sku: string;
  /** Null: the variant goes by its product's title. */
  readonly title: string | null;
  readonly tracked: boolean;
  /** As many as the product has option names. */
  readonly optionValues: readonly string[];
  /** Ordered by currency. */
  readonly prices: readonly VariantPrice[];
  readonly barcode: string | null;
  readonly weightGrams: number | null;
  readonly requiresShipping: boolean;
  readonly taxable: boolean;
  readonly inventoryQuantity: number | null;
}

export interface VariantPrice {
  readonly currency: string;
  /** Integer minor units, as is `compareAt`. */
  readonly amount: number;
  readonly compareAt: number | null;
}

/** A product as it is kept. */
export interface StoredProduct {
  readonly id: string;
  readonly version: number;
  readonly content: ProductContent;
}

export function isSameContent(one: ProductContent, other: ProductContent): boolean {
  return isDeepStrictEqual(one, other);
}

/** Shopify's files write this where a variant has no title, so that no variant can be called so. */
const NO_TITLE = 'Default Title';

/** The one way to write what can be said in two: prices by currency, no title where it is the product's. */
export function normalise(content: ProductContent): ProductContent {
  const variants = content.variants.map((variant) => ({
    ...variant,
    title: ownTitle(variant.title ?? (titleByOptions(variant.optionValues) || null), content.title),
    prices: variant.prices.toSorted((one, other) => (one.currency < other.currency ? -1 : 1)),
  }));
  const count = content.optionNames.length;
  const areNamedByOptions = variants.every(
    ({ title, optionValues }) =>
      optionValues.length === count && title === ownTitle(titleByOptions(optionValues), content.title),
  );
  if (count === 0 || areNamedByOptions) return { ...content, variants };
  // A file can name variants by their options or by their titles, not by both: titles of their own end the options.
  return { ...content, optionNames: [], variants: variants.map((variant) => ({ ...variant, optionValues: [] })) };
}

/** What stands on an order's line. A title that begins with the product's is a whole name already. */
export function soldAs(productTitle: string, variantTitle: string | null): string {
  if (variantTitle === null) return productTitle;
  return variantTitle.startsWith(productTitle) ? variantTitle : `${productTitle} – ${variantTitle}`;
}

export function titleByOptions(optionValues: readonly string[]): string {
  return optionValues.join(' / ');
}

function ownTitle(title: string | null, productTitle: string): string | null {
  return title === productTitle || title === NO_TITLE ? null : title;
}
