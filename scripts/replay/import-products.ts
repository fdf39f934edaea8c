import { importShape } from './api-shapes.ts';
import { renderProductBatches } from './render-product-batches.ts';
import type { PlannedProduct } from './replay-plan.ts';
import type { ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

/**
 * Imports only what the shop does not have: another set of files meets other prices and titles first, and would
 * change products back and forth.
 */
export async function importProducts(run: ReplayRun, products: readonly PlannedProduct[]): Promise<void> {
  const missing: PlannedProduct[] = [];
  await run.each('looking up products', products, async (product) => {
    const answer = await run.client.get(`/store/v1/products/${encodeURIComponent(product.handle)}`);
    if (answer.status === 200) run.counts.productsThere += 1;
    else if (answer.status === 404) missing.push(product);
    else throw RequestFailed.because(`looking up ${product.handle}`, answer);
  });
  if (missing.length === 0) return;

  // Answers arrive in any order; the same shop should get the same files.
  missing.sort((one, other) => (one.sku < other.sku ? -1 : 1));
  const batches = renderProductBatches(missing).map((csv, index) => ({ csv, number: index + 1 }));
  await run.each('importing product files', batches, async ({ csv, number }) => {
    const what = `product file ${number}`;
    const key = `replay-${run.id}-products-${number}`;
    const answer = await run.client.postText('/admin/v1/products/import?currency=GBP', csv, 'text/csv', key);
    const result = importShape.safeParse(answer.body);
    if (answer.status >= 300 || !result.success) throw RequestFailed.because(what, answer);
    const { created, updated, unchanged, rejected, errors } = result.data;
    run.counts.productsImported += created + updated;
    run.counts.productsThere += unchanged;
    for (const error of errors) {
      run.failures.push(`${what}, row ${error.row}, ${error.column}: ${error.code}; ${error.message}`);
    }
    if (rejected > 0 && errors.length === 0) run.failures.push(`${what}: ${rejected} products rejected`);
  });
  run.expectSettling();
}
