import { stringify } from 'csv-stringify/sync';
import { formatPrice } from './decimal-price.ts';
import type { ImportedImage, ImportedProduct, ImportedVariant } from './imported-product.ts';
import { noOption, optionColumns, shopifyColumns, type ShopifyColumn } from './shopify-columns.ts';

export type RenderedProduct = Omit<ImportedProduct, 'row'>;

type Cells = Partial<Record<ShopifyColumn, string>>;

/**
 * Writes products so that `parseProductCsv` reads the same ones back.
 * A tag cannot hold a comma, and a product with options names its variants by their values: the format has no more room.
 */
export function renderProductCsv(products: readonly RenderedProduct[], minorUnits: number): string {
  const rows = products.flatMap((product) => rowsOf(product, minorUnits));
  return stringify(rows, {
    header: true,
    columns: shopifyColumns.map((key) => ({ key, header: key })),
    record_delimiter: '\n',
    // A lone carriage return inside a cell would otherwise read as the end of its row.
    quoted_match: /[\r\n]/,
  });
}

function rowsOf(product: RenderedProduct, minorUnits: number): Cells[] {
  const count = Math.max(1, product.variants.length, product.images.length);
  return Array.from({ length: count }, (_, index) => ({
    Handle: product.handle,
    ...(index === 0 ? productCells(product) : {}),
    ...variantCells(product, product.variants[index], minorUnits),
    ...imageCells(product.images[index]),
  }));
}

function productCells(product: RenderedProduct): Cells {
  const cells: Cells = {
    Title: product.title,
    'Body (HTML)': product.description,
    Vendor: product.vendor ?? '',
    Type: product.productType ?? '',
    Tags: product.tags.join(', '),
    Published: String(product.status === 'published'),
    'Gift Card': 'false',
    Status: product.status === 'published' ? 'active' : product.status,
  };
  const names = product.optionNames.length > 0 ? product.optionNames : [noOption.name];
  optionColumns.forEach((option, index) => (cells[option.name] = names[index] ?? ''));
  return cells;
}

function variantCells(product: RenderedProduct, variant: ImportedVariant | undefined, minorUnits: number): Cells {
  if (!variant) return {};
  const cells: Cells = {
    'Variant SKU': variant.sku,
    'Variant Grams': numberCell(variant.weightGrams),
    'Variant Inventory Tracker': variant.tracked ? 'shopify' : '',
    'Variant Inventory Qty': numberCell(variant.inventoryQuantity),
    'Variant Inventory Policy': 'deny',
    'Variant Fulfillment Service': 'manual',
    'Variant Price': formatPrice(variant.price, minorUnits),
    'Variant Compare At Price': variant.compareAtPrice === null ? '' : formatPrice(variant.compareAtPrice, minorUnits),
    'Variant Requires Shipping': String(variant.requiresShipping),
    'Variant Taxable': String(variant.taxable),
    'Variant Barcode': variant.barcode ?? '',
  };
  const onlyTitle = variant.title === product.title ? noOption.value : variant.title;
  const values = product.optionNames.length > 0 ? variant.optionValues : [onlyTitle];
  optionColumns.forEach((option, index) => (cells[option.value] = values[index] ?? ''));
  return cells;
}

function imageCells(image: ImportedImage | undefined): Cells {
  if (!image) return {};
  return { 'Image Src': image.url, 'Image Position': String(image.position), 'Image Alt Text': image.alt ?? '' };
}

function numberCell(value: number | null): string {
  return value === null ? '' : String(value);
}
