export const currency = 'GBP';

/** One row of an invoice file that moves money. */
export interface InvoiceLine {
  file: string;
  /** As a spreadsheet numbers it: the header is row 1. */
  row: number;
  invoice: string;
  /** The code as the file writes it; `sku` is what Banyan knows it by. */
  stockCode: string;
  sku: string;
  /** Charges (postage, bank charges, discounts) count in the sums but are no goods: they move no stock. */
  isGoods: boolean;
  description: string;
  /** Always positive; for a cancellation what goes back. */
  quantity: number;
  unitPricePence: number;
  /** ISO 8601; the files name no zone and are taken as UTC. */
  date: string;
  customer: string;
}

/** A row that is neither a sale nor a cancellation, and why. */
export interface LeftOutRow {
  file: string;
  row: number;
  reason: string;
  /** True where the row may have been meant as a sale, but cannot be read: the replay then does not end well. */
  isFault: boolean;
}

/** Every row as it stands in its file, so that the report can show each with its fate. */
export interface SourceRow {
  file: string;
  row: number;
  cells: readonly string[];
}

export interface InvoiceFile {
  name: string;
  /** The first 12 hex digits of the SHA-256 of the content. */
  fingerprint: string;
  rows: SourceRow[];
  sales: InvoiceLine[];
  cancellations: InvoiceLine[];
  leftOut: LeftOutRow[];
}

export const rowKey = (line: { file: string; row: number }): string => `${line.file}:${line.row}`;
