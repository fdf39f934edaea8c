import { parse } from 'csv-parse/sync';
import { createHash } from 'node:crypto';
import { parsePence } from './exact-pence.ts';
import type { InvoiceFile, InvoiceLine, SourceRow } from './invoice-line.ts';
import { replayLimits } from './replay-limits.ts';
import { isGoodsCode, toSku } from './stock-code.ts';

export const invoiceColumns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

const fingerprintCharacters = 12;

type Reading =
  { is: 'sale' | 'cancellation'; line: InvoiceLine } | { is: 'left out'; reason: string; isFault: boolean };

/** Reads one file of invoice lines and decides of each whether it is a sale, a cancellation or neither. */
export function readInvoices(name: string, text: string): InvoiceFile {
  const [header, ...records] = parse(text, { bom: true, relax_column_count: true });
  const columns = (header ?? []).map((column) => column.trim());
  if (columns.join() !== invoiceColumns.join()) {
    throw new Error(`${name} is no invoice file: its columns should be ${invoiceColumns.join()}.`);
  }
  if (records.length > replayLimits.invoiceLines) {
    throw new Error(`${name} has ${records.length} rows; the replay reads at most ${replayLimits.invoiceLines}.`);
  }
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, fingerprintCharacters);
  const file: InvoiceFile = { name, fingerprint, rows: [], sales: [], cancellations: [], leftOut: [] };
  records.forEach((cells, index) => {
    const row = { file: name, row: index + 2, cells };
    const reading = classify(row);
    file.rows.push(row);
    if (reading.is === 'left out') {
      file.leftOut.push({ file: name, row: row.row, reason: reading.reason, isFault: reading.isFault });
    } else if (reading.is === 'sale') file.sales.push(reading.line);
    else file.cancellations.push(reading.line);
  });
  return file;
}

function classify(row: SourceRow): Reading {
  const cell = (index: number): string => (row.cells[index] ?? '').trim();
  const invoice = cell(0);
  if (row.cells.every((text) => text.trim() === '')) return leftOut('empty row');
  if (row.cells.length !== invoiceColumns.length) return fault(`${row.cells.length} cells instead of 8`);
  if (invoice.startsWith('A')) return leftOut('bookkeeping entry');

  const quantity = /^-?\d{1,9}$/.test(cell(3)) ? Number(cell(3)) : null;
  const unitPricePence = parsePence(cell(5));
  const date = parseDate(cell(4));
  const sku = toSku(cell(1));
  if (quantity === null) return fault('the quantity is no whole number');
  if (unitPricePence === null) return fault('the price is no amount in whole pence');
  if (date === null) return fault('the date is none');
  if (invoice === '' || sku === '') return fault('no invoice number or no stock code');

  const isCancellation = invoice.startsWith('C');
  if (isCancellation && quantity >= 0) return leftOut('cancellation of nothing: the quantity is not negative');
  if (!isCancellation && quantity < 0) return leftOut('negative quantity outside a cancellation: a stock write-off');
  if (quantity === 0) return leftOut('quantity 0');
  if (unitPricePence === 0) return leftOut('price 0');
  if (unitPricePence < 0) return leftOut('negative price');
  const line: InvoiceLine = {
    file: row.file,
    row: row.row,
    invoice,
    stockCode: cell(1),
    sku,
    isGoods: isGoodsCode(sku),
    description: cell(2),
    quantity: Math.abs(quantity),
    unitPricePence,
    date,
    customer: cell(6).replace(/\.0$/, ''),
  };
  return { is: isCancellation ? 'cancellation' : 'sale', line };
}

function parseDate(text: string): string | null {
  const parts = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::(\d{2}))?$/.exec(text);
  if (!parts) return null;
  const iso = `${parts[1]}T${parts[2]}:${parts[3] ?? '00'}.000Z`;
  // Comparing with what Date makes of it catches 31 February, which Date alone would move to March.
  const time = Date.parse(iso);
  return !Number.isNaN(time) && new Date(time).toISOString() === iso ? iso : null;
}

const leftOut = (reason: string): Reading => ({ is: 'left out', reason, isFault: false });
const fault = (reason: string): Reading => ({ is: 'left out', reason: `unreadable: ${reason}`, isFault: true });
