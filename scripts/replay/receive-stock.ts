import type { PlannedReceipt } from './replay-plan.ts';
import type { ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

/** Brings in what the sales will take out. Repeating a reference answers the first receipt, so it is always sent. */
export async function receiveStock(run: ReplayRun, receipts: readonly PlannedReceipt[]): Promise<void> {
  await run.each('receiving stock', receipts, async ({ reference, lines }) => {
    const answer = await run.post('/admin/v1/stock/receipts', { reference, lines }, reference);
    if (answer.status >= 300) throw RequestFailed.because(`stock receipt ${reference}`, answer);
    run.counts.receiptsSent += 1;
  });
}
