import type { NewProduct, ProductChanges } from '../contract/index.ts';
import { normalise, type ProductContent, type VariantContent } from './product-content.ts';

type GivenVariant = NewProduct['variants'][number];

export function contentOfNew(given: NewProduct): ProductContent {
  return normalise({
    handle: given.handle,
    title: given.title,
    description: given.description ?? '',
    category: given.category ?? null,
    vendor: given.vendor ?? null,
    tags: given.tags ?? [],
    status: given.status,
    optionNames: [],
    images: imagesOf(given.images ?? []),
    variants: given.variants.map((variant) => variantOf(variant, undefined)),
  });
}

/** The content after a change. What a kept SKU has beyond what the API takes (a barcode, a weight) stays. */
export function changedContent(before: ProductContent, given: ProductChanges): ProductContent {
  const kept = new Map(before.variants.map((variant) => [variant.sku, variant]));
  return normalise({
    handle: given.handle ?? before.handle,
    title: given.title ?? before.title,
    description: given.description ?? before.description,
    category: given.category === undefined ? before.category : given.category,
    vendor: given.vendor === undefined ? before.vendor : given.vendor,
    tags: given.tags ?? before.tags,
    status: given.status ?? before.status,
    optionNames: before.optionNames,
    images: given.images === undefined ? before.images : imagesOf(given.images),
    variants: given.variants?.map((variant) => variantOf(variant, kept.get(variant.sku))) ?? before.variants,
  });
}

function variantOf(given: GivenVariant, before: VariantContent | undefined): VariantContent {
  const compareAt = new Map(before?.prices.map((price) => [price.currency, price.compareAt]));
  return {
    sku: given.sku,
    title: given.title ?? before?.title ?? null,
    tracked: given.tracked,
    optionValues: before?.optionValues ?? [],
    prices: given.prices.map(({ amount, currency }) => ({
      currency,
      amount,
      compareAt: compareAt.get(currency) ?? null,
    })),
    barcode: before?.barcode ?? null,
    weightGrams: before?.weightGrams ?? null,
    requiresShipping: before?.requiresShipping ?? true,
    taxable: before?.taxable ?? true,
    inventoryQuantity: before?.inventoryQuantity ?? null,
  };
}

function imagesOf(given: NonNullable<NewProduct['images']>): ProductContent['images'] {
  return given.map(({ url, alt }, index) => ({ url, position: index + 1, alt: alt ?? null }));
}
