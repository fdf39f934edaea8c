import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { encodeCursor, minorUnitDigits } from '../../../shared/values/index.ts';
import type { Catalog } from '../contract/index.ts';
import { csvLimits } from '../csv/csv-limits.ts';
import { renderProductCsv, type RenderedProduct } from '../csv/render-product-csv.ts';
import { isPricedIn, toRenderedProduct } from '../csv/to-rendered-product.ts';
import { ProductReader } from '../persistence/product.reader.ts';
import { readProductCursor } from './read-product-cursor.ts';

type Export = typeof Catalog.operations.exportProducts;

const PRODUCTS_PER_STATEMENT = 500;
/** Less than what one import request may hold, in bytes of UTF-8. */
const FILE_BYTES = 9_500_000;

/** A file ends before it holds more than one import takes, with a cursor to the product where the next one begins. */
export class ExportProducts implements UseCase<Export> {
  constructor(@inject(ProductReader) private readonly products: ProductReader) {}

  async execute({ currency, cursor }: ParsedInputOf<Export>, work: UnitOfWork): Promise<OutputOf<Export>> {
    const digits = minorUnitDigits(currency);
    const header = renderProductCsv([], digits);
    const parts = [header];
    let rows = 0;
    let bytes = header.length;
    let after = readProductCursor(cursor) ?? '';
    for (;;) {
      const page = await this.products.listContent(work, after, PRODUCTS_PER_STATEMENT);
      for (const { id, content } of page) {
        if (!isPricedIn(content, currency)) continue;
        const product = toRenderedProduct(content, currency);
        const part = renderProductCsv([product], digits).slice(header.length);
        rows += rowsOf(product);
        bytes += Buffer.byteLength(part);
        const isFull = rows > csvLimits.fileRows || bytes > FILE_BYTES;
        if (isFull) return { csv: parts.join(''), nextCursor: encodeCursor([after]) };
        parts.push(part);
        after = id;
      }
      after = page.at(-1)?.id ?? after;
      if (page.length < PRODUCTS_PER_STATEMENT) return { csv: parts.join(''), nextCursor: null };
    }
  }
}

function rowsOf({ variants, images }: RenderedProduct): number {
  return Math.max(variants.length, images.length);
}
