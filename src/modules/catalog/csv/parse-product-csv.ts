import { csvLimits } from './csv-limits.ts';
import type { ImportedProduct, RowError } from './imported-product.ts';
import { readProduct, type ProductContext } from './read-product.ts';
import { readSheet, type SheetRow } from './read-sheet.ts';
import { RowCells } from './row-cells.ts';

export interface ParsedProductCsv {
  /** Those that the file has, lower-cased. What it does not speak of is left as it is. */
  columns: ReadonlySet<string>;
  products: ImportedProduct[];
  /** Sorted by row; at most `csvLimits.listedErrors`. */
  errors: RowError[];
  /** Products left out because of a faulty row, each counted once. A file refused as a whole counts none. */
  rejected: number;
}

interface ProductGroup {
  rows: RowCells[];
  faulty: boolean;
}

/**
 * Reads a product file in Shopify's format: several rows per product, one per variant or image.
 * `minorUnits` is the number of decimals of the currency (GBP 2, JPY 0).
 */
export function parseProductCsv(text: string, currency: string, minorUnits: number): ParsedProductCsv {
  const sheet = readSheet(text);
  const errors: RowError[] = [...sheet.errors];
  const groups = groupByHandle(sheet.rows, errors);

  const context: ProductContext = { currency, minorUnits, skuRows: new Map() };
  const products: ImportedProduct[] = [];
  let rejected = 0;
  for (const group of groups) {
    const [first] = group.rows;
    if (!first) continue;
    const product = readProduct(first, group.rows, context);
    if (group.faulty) rejected += 1;
    else products.push(product);
  }
  errors.sort((one, other) => one.row - other.row);
  return { columns: sheet.columns, products, errors: errors.slice(0, csvLimits.listedErrors), rejected };
}

function groupByHandle(rows: readonly SheetRow[], errors: RowError[]): ProductGroup[] {
  const groups: ProductGroup[] = [];
  const byHandle = new Map<string, ProductGroup>();
  let above: ProductGroup | undefined;
  for (const row of rows) {
    const handle = (row.cells.get('handle') ?? '').trim();
    const isNewProduct = (row.cells.get('title') ?? '').trim() !== '';
    // A row that lost its handle but has no title belongs to the product above: without it that product is incomplete.
    let group = handle === '' ? (isNewProduct ? undefined : above) : byHandle.get(handle);
    if (!group) {
      group = { rows: [], faulty: false };
      groups.push(group);
    }
    if (handle !== '') byHandle.set(handle, group);
    const cells = cellsOf(row, group, errors);
    if (handle === '') cells.fault('Handle', 'missing_handle', 'Every row names the handle of its product.');
    if (row.malformed !== null) cells.fault('', 'malformed_csv', row.malformed);
    group.rows.push(cells);
    above = group;
  }
  return groups;
}

function cellsOf(row: SheetRow, group: ProductGroup, errors: RowError[]): RowCells {
  return new RowCells(row, (number, column, code, message) => {
    group.faulty = true;
    errors.push({ row: number, column, code, message });
  });
}
