import { normalise, titleByOptions, type ProductContent, type VariantContent } from '../domain/product-content.ts';
import type { ImportedProduct, ImportedVariant } from './imported-product.ts';
import type { ShopifyColumn } from './shopify-columns.ts';

export interface FileFacts {
  readonly currency: string;
  /** Lower-cased names of the columns that the file has. */
  readonly columns: ReadonlySet<string>;
}

/**
 * The product's content after the import. A column that the file lacks says nothing: there an existing product keeps
 * what it has, as it keeps its prices in other currencies.
 */
export function toProductContent(
  imported: ImportedProduct,
  before: ProductContent | undefined,
  file: FileFacts,
): ProductContent {
  const kept = new Map(before?.variants.map((variant) => [variant.sku, variant]));
  const says = (...columns: ShopifyColumn[]): boolean =>
    columns.some((column) => file.columns.has(column.toLowerCase()));
  const saysOptions = says('Option1 Name', 'Option1 Value');
  const read: ProductContent = {
    handle: imported.handle,
    title: imported.title,
    description: imported.description,
    category: imported.productType,
    vendor: imported.vendor,
    tags: imported.tags,
    status: imported.status,
    optionNames: imported.optionNames,
    images: imported.images,
    variants: imported.variants.map((variant) => toVariant(variant, kept.get(variant.sku), saysOptions, file)),
  };
  if (before === undefined) return normalise(read);
  return normalise({
    ...read,
    ...(says('Body (HTML)') ? {} : { description: before.description }),
    ...(says('Type') ? {} : { category: before.category }),
    ...(says('Vendor') ? {} : { vendor: before.vendor }),
    ...(says('Tags') ? {} : { tags: before.tags }),
    ...(says('Published', 'Status') ? {} : { status: before.status }),
    ...(saysOptions ? {} : { optionNames: before.optionNames }),
    ...(says('Image Src') ? {} : { images: before.images }),
  });
}

function toVariant(
  imported: ImportedVariant,
  before: VariantContent | undefined,
  saysOptions: boolean,
  file: FileFacts,
): VariantContent {
  const read = toNewVariant(imported, before, file);
  if (before === undefined) return read;
  const says = (column: ShopifyColumn): boolean => file.columns.has(column.toLowerCase());
  return {
    ...read,
    ...(saysOptions ? {} : { title: before.title, optionValues: before.optionValues }),
    ...(says('Variant Inventory Tracker') ? {} : { tracked: before.tracked }),
    ...(says('Variant Barcode') ? {} : { barcode: before.barcode }),
    ...(says('Variant Grams') ? {} : { weightGrams: before.weightGrams }),
    ...(says('Variant Requires Shipping') ? {} : { requiresShipping: before.requiresShipping }),
    ...(says('Variant Taxable') ? {} : { taxable: before.taxable }),
    ...(says('Variant Inventory Qty') ? {} : { inventoryQuantity: before.inventoryQuantity }),
  };
}

function toNewVariant(imported: ImportedVariant, before: VariantContent | undefined, file: FileFacts): VariantContent {
  const { currency, columns } = file;
  const others = before?.prices.filter((price) => price.currency !== currency) ?? [];
  const earlier = before?.prices.find((price) => price.currency === currency);
  const compareAt = columns.has('variant compare at price') ? imported.compareAtPrice : (earlier?.compareAt ?? null);
  return {
    sku: imported.sku,
    title: imported.optionValues.length > 0 ? titleByOptions(imported.optionValues) : imported.title,
    tracked: imported.tracked,
    optionValues: imported.optionValues,
    prices: [...others, { currency, amount: imported.price, compareAt }],
    barcode: imported.barcode,
    weightGrams: imported.weightGrams,
    requiresShipping: imported.requiresShipping,
    taxable: imported.taxable,
    inventoryQuantity: imported.inventoryQuantity,
  };
}
