import { findOrderLine } from './find-order-line.ts';
import { currency, rowKey, type InvoiceLine } from './invoice-line.ts';
import type { PlannedCreditNote, PlannedRefund } from './replay-plan.ts';
import { isReferenceTaken, type ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

const refused = 'failed: refused, see the list of failures';

/** Refunds each cancellation on the order it cancels. */
export async function refundOrders(run: ReplayRun, refunds: readonly PlannedRefund[]): Promise<void> {
  await run.each(
    'refunding orders',
    refunds,
    (planned) => refundOrder(run, planned),
    (planned) => setFate(run, sourcesOf(planned), refused),
  );
}

/** Credits what was sold before the files begin: there is no order to refund. */
export async function issueCreditNotes(run: ReplayRun, creditNotes: readonly PlannedCreditNote[]): Promise<void> {
  await run.each(
    'issuing credit notes',
    creditNotes,
    (planned) => issueCreditNote(run, planned),
    (planned) => setFate(run, planned.lines, refused),
  );
}

async function refundOrder(run: ReplayRun, planned: PlannedRefund): Promise<void> {
  const { reference, invoice, refundedAt } = planned;
  const order = run.orders.get(planned.order.reference);
  if (!order) throw new RequestFailed(`refund ${reference}: its order ${planned.order.reference} is not there`);
  const lines = planned.lines.map(({ lineIndex, quantity }) => {
    const line = findOrderLine(order, planned.order.lines, lineIndex);
    if (!line) throw new RequestFailed(`refund ${reference}: ${order.id} has no line for row ${lineIndex + 1}`);
    return { lineId: line.id, quantity };
  });
  const body = { lines, reason: `Cancellation ${invoice}`, reference, refundedAt };
  const answer = await run.post(`/admin/v1/orders/${encodeURIComponent(order.id)}/refunds`, body, reference);
  if (isReferenceTaken(answer)) run.counts.refundsThere += 1;
  else if (answer.status < 300) run.counts.refundsMade += 1;
  else throw RequestFailed.because(`refund ${reference}`, answer);
  setFate(run, sourcesOf(planned), `cancellation: refunded on ${order.id}`);
}

async function issueCreditNote(run: ReplayRun, planned: PlannedCreditNote): Promise<void> {
  const { reference, invoice, issuedAt } = planned;
  const lines = planned.lines.map((line) => ({
    sku: line.sku,
    title: line.description || line.sku,
    quantity: line.quantity,
    unitPrice: { amount: line.unitPricePence, currency },
  }));
  const body = { reference, currency, lines, reason: `Cancellation ${invoice}`, issuedAt };
  const answer = await run.post('/admin/v1/credit-notes', body, `credit-${reference}`);
  if (isReferenceTaken(answer)) run.counts.creditNotesThere += 1;
  else if (answer.status < 300) run.counts.creditNotesIssued += 1;
  else throw RequestFailed.because(`credit note ${reference}`, answer);
  setFate(run, planned.lines, 'cancellation: its sale is not in the files, credit note');
}

function sourcesOf(planned: PlannedRefund): InvoiceLine[] {
  return planned.lines.flatMap((line) => line.sources);
}

function setFate(run: ReplayRun, lines: readonly InvoiceLine[], fate: string): void {
  for (const line of lines) run.fates.set(rowKey(line), fate);
}
