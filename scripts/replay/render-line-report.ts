import { stringify } from 'csv-stringify/sync';
import { rowKey, type InvoiceFile } from './invoice-line.ts';
import { invoiceColumns } from './read-invoices.ts';

/** Every row of every file, in place, with what became of it. */
export function renderLineReport(files: readonly InvoiceFile[], fates: ReadonlyMap<string, string>): string {
  const rows = files.flatMap((file) => {
    const reasons = new Map(file.leftOut.map((row) => [rowKey(row), `${row.isFault ? '' : 'no sale: '}${row.reason}`]));
    return file.rows.map((row) => {
      const cells = invoiceColumns.map((_, index) => row.cells[index] ?? '');
      const fate = reasons.get(rowKey(row)) ?? fates.get(rowKey(row)) ?? 'not reached';
      return [row.file, row.row, ...cells, fate];
    });
  });
  return stringify([['File', 'Row', ...invoiceColumns, 'Fate'], ...rows]);
}
