import { csvLimits } from './csv-limits.ts';
import { deriveSku } from './derive-sku.ts';
import type { ImportedVariant } from './imported-product.ts';
import type { RowCells } from './row-cells.ts';
import { noOption, optionColumns } from './shopify-columns.ts';

export interface VariantContext {
  handle: string;
  productTitle: string;
  currency: string;
  minorUnits: number;
  /** Every SKU of the file with the row that used it first. */
  skuRows: Map<string, number>;
}

/** What carts, stock and orders accept as a SKU (`shared/values`): refused here, in the row where it stands. */
const wellFormedSku = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

type OptionColumn = (typeof optionColumns)[number];

/** The first row is always a variant; a later one only if it says so, else it carries one more image. */
export function readVariants(
  rows: readonly RowCells[],
  context: VariantContext,
): { optionNames: string[]; variants: ImportedVariant[] } {
  const [first] = rows;
  if (!first) return { optionNames: [], variants: [] };
  const options = namedOptions(first);
  const variants: ImportedVariant[] = [];
  const combinations = new Set<string>();
  let above: readonly string[] = [];
  for (const row of rows) {
    if (row !== first && !describesVariant(row)) continue;
    if (variants.length >= csvLimits.variantsPerProduct) {
      row.fault('', 'too_many', `A product may have ${csvLimits.variantsPerProduct} variants.`);
      break;
    }
    const optionValues = readOptionValues(row, options, above);
    const combination = JSON.stringify(optionValues);
    if (options.length > 0 && combinations.has(combination)) {
      row.fault('Option1 Value', 'duplicate_variant', `"${optionValues.join(' / ')}" is a variant already.`);
    }
    combinations.add(combination);
    above = optionValues;
    variants.push(readVariant(row, optionValues, context));
  }
  return { optionNames: options.map((option) => first.text(option.name, csvLimits.labelCharacters)), variants };
}

function readVariant(row: RowCells, optionValues: string[], context: VariantContext): ImportedVariant {
  const { currency, minorUnits } = context;
  const title = variantTitle(row, optionValues, context);
  return {
    sku: readSku(row, title, optionValues, context),
    title,
    optionValues,
    price: row.price('Variant Price', currency, minorUnits),
    compareAtPrice: row.priceOrNull('Variant Compare At Price', currency, minorUnits),
    barcode: row.textOrNull('Variant Barcode', csvLimits.barcodeCharacters),
    weightGrams: row.grams(),
    requiresShipping: row.boolean('Variant Requires Shipping', true),
    taxable: row.boolean('Variant Taxable', true),
    tracked: !row.isEmpty('Variant Inventory Tracker'),
    inventoryQuantity: row.wholeNumber('Variant Inventory Qty', -csvLimits.quantityUnits, csvLimits.quantityUnits),
  };
}

function readSku(row: RowCells, title: string, optionValues: readonly string[], context: VariantContext): string {
  const ownTitle = title === context.productTitle ? [] : [title];
  const sku =
    row.text('Variant SKU', csvLimits.skuCharacters) ||
    deriveSku(context.handle, optionValues.length > 0 ? optionValues : ownTitle);
  if (!wellFormedSku.test(sku)) {
    row.fault('Variant SKU', 'invalid_sku', `SKU ${sku} may hold only letters, digits, dots, dashes and underscores.`);
  }
  const usedInRow = context.skuRows.get(sku);
  if (usedInRow === undefined) context.skuRows.set(sku, row.row);
  else row.fault('Variant SKU', 'duplicate_sku', `SKU ${sku} is used in row ${usedInRow} already.`);
  return sku;
}

function variantTitle(row: RowCells, optionValues: readonly string[], context: VariantContext): string {
  if (optionValues.length > 0) return optionValues.join(' / ');
  const value = row.text('Option1 Value', csvLimits.labelCharacters);
  return value === '' || value === noOption.value ? context.productTitle : value;
}

function namedOptions(first: RowCells): OptionColumn[] {
  const named = optionColumns.filter((option) => !first.isEmpty(option.name));
  const [only] = named;
  const isNoOption =
    named.length === 1 && only?.name === 'Option1 Name' && first.text(only.name, 255) === noOption.name;
  return isNoOption ? [] : named;
}

function readOptionValues(row: RowCells, options: readonly OptionColumn[], above: readonly string[]): string[] {
  for (const option of optionColumns.slice(options.length === 0 ? 1 : 0)) {
    if (options.includes(option) || row.isEmpty(option.value)) continue;
    row.fault(option.name, 'missing_option', `${option.value} has no ${option.name} in the product's first row.`);
  }
  return options.map((option, index) => {
    const value = row.text(option.value, csvLimits.labelCharacters) || above[index];
    if (value === undefined || value === '') row.fault(option.value, 'missing_option', `${option.value} is empty.`);
    return value ?? '';
  });
}

function describesVariant(row: RowCells): boolean {
  const telling = [...optionColumns.map((option) => option.value), 'Variant SKU', 'Variant Price'] as const;
  return telling.some((column) => !row.isEmpty(column));
}
