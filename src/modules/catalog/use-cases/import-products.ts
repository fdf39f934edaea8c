import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { minorUnitDigits, newId } from '../../../shared/values/index.ts';
import type { Catalog, ImportReport } from '../contract/index.ts';
import { csvLimits } from '../csv/csv-limits.ts';
import type { ImportedProduct } from '../csv/imported-product.ts';
import { parseProductCsv } from '../csv/parse-product-csv.ts';
import { planImport, type ImportPlan } from '../csv/plan-import.ts';
import type { FileFacts } from '../csv/to-product-content.ts';
import { ProductRepository } from '../persistence/product.repository.ts';
import { announceVariants } from './announce-variants.ts';

type Import = typeof Catalog.operations.importProducts;

/** One transaction takes this many: each may publish an event, and a transaction publishes at most 1,000. */
const VARIANTS_PER_TRANSACTION = 1_000;

/** Batch after batch, each in a transaction of its own: repeated after a crash, it finds the done ones unchanged. */
export class ImportProducts implements Coordination<Import> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(ProductRepository) private readonly products: ProductRepository,
  ) {}

  async coordinate({ csv, currency }: ParsedInputOf<Import>, call: CallContext): Promise<ImportReport> {
    const { columns, products, errors, rejected } = parseProductCsv(csv, currency, minorUnitDigits(currency));
    const report: ImportReport = { created: 0, updated: 0, unchanged: 0, rejected, errors: [...errors] };
    for (const batch of toBatches(products)) {
      const plan = await this.database.transaction(call, (work) =>
        this.#importBatch(work, batch, { currency, columns }),
      );
      report.created += plan.created.length;
      report.updated += plan.updated.length;
      report.unchanged += plan.unchanged;
      report.rejected += plan.rejected;
      report.errors.push(...plan.errors);
    }
    report.errors.sort((one, other) => one.row - other.row);
    return { ...report, errors: report.errors.slice(0, csvLimits.listedErrors) };
  }

  async #importBatch(work: UnitOfWork, batch: readonly ImportedProduct[], file: FileFacts): Promise<ImportPlan> {
    await this.products.lockAll(work);
    const stored = await this.products.listByHandles(
      work,
      batch.map(({ handle }) => handle),
    );
    const owners = await this.products.findOwners(
      work,
      batch.flatMap(({ variants }) => variants.map(({ sku }) => sku)),
    );
    const byHandle = new Map(stored.map((product) => [product.content.handle, product]));
    const plan = planImport(batch, { byHandle, owners }, file);
    await this.#write(work, plan);
    return plan;
  }

  async #write(work: UnitOfWork, plan: ImportPlan): Promise<void> {
    const created = plan.created.map((content) => ({ id: newId('prd'), before: undefined, content }));
    const updated = plan.updated.map(({ before, after }) => ({
      id: before.id,
      before: before.content,
      content: after,
    }));
    const inserted = await this.products.insert(work, created);
    await this.products.update(work, updated);
    const taken = await this.products.replaceVariants(work, [...created, ...updated]);
    invariant(inserted === created.length && taken.length === 0, 'nobody else writes products while they are locked');
    for (const { id, before, content } of [...created, ...updated]) announceVariants(work, id, before, content);
  }
}

function toBatches(products: readonly ImportedProduct[]): ImportedProduct[][] {
  const batches: ImportedProduct[][] = [];
  let variants = VARIANTS_PER_TRANSACTION;
  for (const product of products) {
    variants += product.variants.length;
    if (variants > VARIANTS_PER_TRANSACTION) {
      batches.push([]);
      variants = product.variants.length;
    }
    batches.at(-1)?.push(product);
  }
  return batches;
}
