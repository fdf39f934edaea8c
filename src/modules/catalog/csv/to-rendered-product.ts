import { present } from '../../../shared/errors/index.ts';
import type { ProductContent, VariantContent } from '../domain/product-content.ts';
import type { ImportedVariant } from './imported-product.ts';
import type { RenderedProduct } from './render-product-csv.ts';

/** A file has a price for each variant, so that only such products can stand in it. */
export function isPricedIn({ variants }: ProductContent, currency: string): boolean {
  return variants.every(({ prices }) => prices.some((price) => price.currency === currency));
}

/** A product that is priced in this currency, as a file writes it. */
export function toRenderedProduct(content: ProductContent, currency: string): RenderedProduct {
  return {
    handle: content.handle,
    title: content.title,
    description: content.description,
    vendor: content.vendor,
    productType: content.category,
    tags: [...content.tags],
    status: content.status,
    optionNames: [...content.optionNames],
    images: content.images.map((image) => ({ ...image })),
    variants: content.variants.map((variant) => toRenderedVariant(variant, content.title, currency)),
  };
}

function toRenderedVariant(variant: VariantContent, productTitle: string, currency: string): ImportedVariant {
  const price = variant.prices.find((each) => each.currency === currency);
  const { amount, compareAt } = present(price, `${variant.sku} has no price in ${currency} and cannot be exported`);
  return {
    sku: variant.sku,
    title: variant.title ?? productTitle,
    optionValues: [...variant.optionValues],
    price: amount,
    compareAtPrice: compareAt,
    barcode: variant.barcode,
    weightGrams: variant.weightGrams,
    requiresShipping: variant.requiresShipping,
    taxable: variant.taxable,
    tracked: variant.tracked,
    inventoryQuantity: variant.inventoryQuantity,
  };
}
