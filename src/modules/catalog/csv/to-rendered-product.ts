import { present } from '../../../shared/errors/index.ts';
import type { ProductContent, VariantContent } from '../domain/product-content.ts';
import type { ImportedVariant } from './imported-product.ts';
import type { RenderedProduct } from './render-product-csv.ts';

/** A product that has a price in this currency for each of its variants, as a file writes it. */
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
