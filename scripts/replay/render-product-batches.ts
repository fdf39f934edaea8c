import { stringify } from 'csv-stringify/sync';
import type { PlannedProduct } from './replay-plan.ts';
import { replayLimits } from './replay-limits.ts';

const columns = [
  'Handle',
  'Title',
  'Published',
  'Option1 Name',
  'Option1 Value',
  'Variant SKU',
  'Variant Inventory Tracker',
  'Variant Price',
  'Variant Requires Shipping',
];

/** Writes products as Shopify files, each small enough for one request. */
export function renderProductBatches(products: readonly PlannedProduct[]): string[] {
  const header = stringify([columns]);
  const files: string[] = [];
  let rows: string[] = [];
  let bytes = 0;
  for (const product of products) {
    const row = stringify([cellsOf(product)]);
    const rowBytes = Buffer.byteLength(row);
    const isFull =
      rows.length >= replayLimits.importRowsPerRequest ||
      header.length + bytes + rowBytes > replayLimits.importBytesPerRequest;
    if (isFull && rows.length > 0) {
      files.push(header + rows.join(''));
      rows = [];
      bytes = 0;
    }
    rows.push(row);
    bytes += rowBytes;
  }
  if (rows.length > 0) files.push(header + rows.join(''));
  return files;
}

function cellsOf(product: PlannedProduct): string[] {
  const pence = String(product.pricePence).padStart(3, '0');
  return [
    product.handle,
    product.title,
    'true',
    'Title',
    'Default Title',
    product.sku,
    product.isTracked ? 'shopify' : '',
    `${pence.slice(0, -2)}.${pence.slice(-2)}`,
    String(product.isTracked),
  ];
}
