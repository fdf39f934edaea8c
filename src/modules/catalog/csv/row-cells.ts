import { csvLimits } from './csv-limits.ts';
import { parsePrice } from './decimal-price.ts';
import type { RowErrorCode } from './imported-product.ts';
import type { SheetRow } from './read-sheet.ts';
import type { ShopifyColumn } from './shopify-columns.ts';

export type Complain = (row: number, column: string, code: RowErrorCode, message: string) => void;

/** One row, read by column. A cell that cannot be read is complained of and stands for its blank value. */
export class RowCells {
  private readonly sheetRow: SheetRow;
  private readonly complain: Complain;

  constructor(sheetRow: SheetRow, complain: Complain) {
    this.sheetRow = sheetRow;
    this.complain = complain;
  }

  get row(): number {
    return this.sheetRow.row;
  }

  fault(column: ShopifyColumn | '', code: RowErrorCode, message: string): void {
    this.complain(this.row, column, code, message);
  }

  isEmpty(column: ShopifyColumn): boolean {
    return this.raw(column).trim() === '';
  }

  text(column: ShopifyColumn, maxCharacters: number): string {
    return this.bounded(column, this.raw(column).trim(), maxCharacters);
  }

  /** Descriptions keep their own spaces and line endings. */
  verbatim(column: ShopifyColumn, maxCharacters: number): string {
    return this.bounded(column, this.raw(column), maxCharacters);
  }

  textOrNull(column: ShopifyColumn, maxCharacters: number): string | null {
    return this.text(column, maxCharacters) || null;
  }

  boolean(column: ShopifyColumn, whenEmpty: boolean): boolean {
    const text = this.raw(column).trim().toLowerCase();
    if (text === '') return whenEmpty;
    if (text === 'true') return true;
    if (text !== 'false') this.fault(column, 'invalid_boolean', `"${text.slice(0, 40)}" is neither true nor false.`);
    return false;
  }

  wholeNumber(column: ShopifyColumn, minimum: number, maximum: number): number | null {
    const text = this.raw(column).trim();
    if (text === '') return null;
    const value = /^-?\d{1,15}(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value === 0 ? 0 : value;
    const message = `"${text.slice(0, 40)}" is not a whole number from ${minimum} to ${maximum}.`;
    this.fault(column, 'invalid_number', message);
    return null;
  }

  /** Exports of shops that weigh in pounds hold fractions of a gram. */
  grams(): number | null {
    const text = this.raw('Variant Grams').trim();
    if (text === '') return null;
    const grams = /^\d{1,12}(?:\.\d{1,15})?$/.test(text) ? Math.round(Number(text)) : Number.NaN;
    if (grams <= csvLimits.weightGrams) return grams;
    this.fault('Variant Grams', 'invalid_number', `"${text.slice(0, 40)}" is not a weight in grams.`);
    return null;
  }

  price(column: 'Variant Price', currency: string, decimals: number): number {
    if (this.isEmpty(column)) this.fault(column, 'invalid_price', 'The variant has no price.');
    return this.priceOrNull(column, currency, decimals) ?? 0;
  }

  priceOrNull(column: ShopifyColumn, currency: string, decimals: number): number | null {
    const text = this.raw(column).trim();
    if (text === '') return null;
    const reading = parsePrice(text, currency, decimals);
    if (reading.ok) return reading.minorUnits;
    this.fault(column, reading.code, reading.message);
    return null;
  }

  private bounded(column: ShopifyColumn, text: string, maxCharacters: number): string {
    if (text.length <= maxCharacters) return text;
    this.fault(column, 'too_long', `${column} may have ${maxCharacters} characters; this has ${text.length}.`);
    return text.slice(0, maxCharacters);
  }

  private raw(column: ShopifyColumn): string {
    return this.sheetRow.cells.get(column.toLowerCase()) ?? '';
  }
}
