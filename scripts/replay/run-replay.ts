import { ServerUnreachable } from './api-client.ts';
import { compareBooks, type Comparison } from './compare-books.ts';
import { issueCreditNotes, refundOrders } from './give-money-back.ts';
import { importProducts } from './import-products.ts';
import type { InvoiceFile } from './invoice-line.ts';
import { placeOrders } from './place-orders.ts';
import type { ReplayResult } from './print-result.ts';
import { receiveStock } from './receive-stock.ts';
import type { ReplayPlan } from './replay-plan.ts';
import type { ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

/**
 * Sends the plan step by step and compares the books. Every step passes over what is there already, so a run that was
 * stopped anywhere is finished by the next.
 */
export async function runReplay(
  run: ReplayRun,
  files: readonly InvoiceFile[],
  plan: ReplayPlan,
  booksWaitMs?: number,
): Promise<ReplayResult> {
  for (const row of files.flatMap((file) => file.leftOut).filter((one) => one.isFault)) {
    run.failures.push(`${row.file}, row ${row.row}: ${row.reason}`);
  }
  let comparisons: Comparison[] = [];
  let stopped: string | null = null;
  try {
    await importProducts(run, plan.products);
    await receiveStock(run, plan.receipts);
    await placeOrders(run, plan.orders);
    await refundOrders(run, plan.refunds);
    await issueCreditNotes(run, plan.creditNotes);
    // After a failed request the books cannot agree: they are shown once, without the wait.
    const waitMs = run.failures.length > 0 ? 0 : booksWaitMs;
    if (plan.period) comparisons = await compareBooks(run, plan.sums, plan.period, waitMs);
  } catch (error) {
    stopped = reasonToStop(run, error);
  }
  const allEqual = comparisons.every((one) => one.difference === 0);
  return {
    comparisons,
    counts: run.counts,
    failures: run.failures,
    skippedRows: files.reduce((count, file) => count + file.leftOut.length, 0),
    stopped,
    isGood: stopped === null && run.failures.length === 0 && allEqual,
  };
}

/** An interruption, a dead server and unreadable books end the run in good order; anything else is a bug. */
function reasonToStop(run: ReplayRun, error: unknown): string | null {
  if (run.signal.aborted) return run.signal.reason instanceof Error ? run.signal.reason.message : 'interrupted';
  if (error instanceof RequestFailed) {
    run.failures.push(error.message);
    return null;
  }
  if (error instanceof ServerUnreachable) return `the server does not answer: ${error.message}`;
  throw error;
}
