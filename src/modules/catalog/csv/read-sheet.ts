import { CsvError, parse } from 'csv-parse/sync';
import { csvLimits } from './csv-limits.ts';
import type { RowError } from './imported-product.ts';
import { requiredColumns } from './shopify-columns.ts';

export interface SheetRow {
  row: number;
  /** Cells by lower-cased column name, as they stand in the file. */
  cells: ReadonlyMap<string, string>;
  /** What makes the row unreadable as a whole, if anything does. */
  malformed: string | null;
}

export interface Sheet {
  /** Lower-cased. */
  columns: ReadonlySet<string>;
  rows: SheetRow[];
  errors: RowError[];
}

const noColumns: ReadonlySet<string> = new Set();

/** Splits the text into rows under their header. A file whose quotes do not close cannot be trusted in any part. */
export function readSheet(text: string): Sheet {
  if (text.length > csvLimits.fileCharacters) {
    return refused(1, 'too_long', `A file may hold ${csvLimits.fileCharacters} characters; this has ${text.length}.`);
  }
  const records = parseRecords(text);
  if (!Array.isArray(records)) return { columns: noColumns, rows: [], errors: [records] };

  const header = (records[0] ?? []).map((name) => name.trim().toLowerCase());
  const missing = requiredColumns.filter((column) => !header.includes(column.toLowerCase()));
  if (missing.length > 0) {
    const errors = missing.map((column) => ({
      row: 1,
      column,
      code: 'missing_column' as const,
      message: `The header has no column "${column}".`,
    }));
    return { columns: noColumns, rows: [], errors };
  }
  if (records.length - 1 > csvLimits.fileRows) {
    const message = `A file may hold ${csvLimits.fileRows} rows below its header; this has ${records.length - 1}.`;
    return refused(csvLimits.fileRows + 2, 'too_many_rows', message);
  }
  const rows = records.slice(1).map((record, index) => toRow(header, record, index + 2));
  return { columns: new Set(header), rows: rows.filter(isNotBlank), errors: [] };
}

function parseRecords(text: string): string[][] | RowError {
  try {
    // Empty lines are kept here so that row numbers stay those a spreadsheet shows.
    return parse(text, { bom: true, relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const record: unknown = error['records'];
    const row = typeof record === 'number' ? record + 1 : 1;
    return { row, column: '', code: 'malformed_csv', message: error.message };
  }
}

function toRow(header: readonly string[], record: readonly string[], row: number): SheetRow {
  const cells = new Map<string, string>();
  header.forEach((column, index) => {
    // The first of two columns of one name is Shopify's own; exports of plug-ins append theirs.
    if (!cells.has(column)) cells.set(column, record[index] ?? '');
  });
  const overhang = record.slice(header.length).some((cell) => cell.trim() !== '');
  if (overhang) return { row, cells, malformed: `The row has ${record.length} cells, the header ${header.length}.` };
  const zero = record.some((cell) => cell.includes('\u0000'));
  return { row, cells, malformed: zero ? 'The row holds a zero character, which no text may contain.' : null };
}

function isNotBlank(row: SheetRow): boolean {
  if (row.malformed !== null) return true;
  for (const cell of row.cells.values()) if (cell.trim() !== '') return true;
  return false;
}

function refused(row: number, code: 'too_long' | 'too_many_rows', message: string): Sheet {
  return { columns: noColumns, rows: [], errors: [{ row, column: '', code, message }] };
}
