import type { InvoiceLine } from './invoice-line.ts';
import type { PlannedCreditNote, PlannedOrder, PlannedRefund } from './replay-plan.ts';

interface RefundableLine {
  order: PlannedOrder;
  lineIndex: number;
  line: InvoiceLine;
  unrefunded: number;
}

interface CancelledInvoice {
  invoice: string;
  date: string;
  refunds: Map<PlannedOrder, PlannedRefund>;
  unmatched: InvoiceLine[];
}

/**
 * Sets each cancellation line against an earlier sale to the same customer, of the same code at the same price, with
 * enough left to refund. What has no such sale in the files is credited without an order.
 */
export function matchCancellations(
  orders: readonly PlannedOrder[],
  cancellations: readonly InvoiceLine[],
): { refunds: PlannedRefund[]; creditNotes: PlannedCreditNote[] } {
  const refundable = indexByMatch(orders);
  const invoices = new Map<string, CancelledInvoice>();
  for (const line of [...cancellations].sort(byDateAndPlace)) {
    const cancelled = invoices.get(line.invoice) ?? openInvoice(line);
    invoices.set(line.invoice, cancelled);
    const sale = findSale(refundable.get(matchKey(line)) ?? [], line);
    if (sale) addToRefund(cancelled, sale, line);
    else cancelled.unmatched.push(line);
  }
  const documents = [...invoices.values()].map(toDocuments);
  return {
    refunds: documents.flatMap((one) => one.refunds),
    creditNotes: documents.flatMap((one) => one.creditNotes),
  };
}

/** The latest earlier sale is the likeliest to come back. A guest is nobody in particular, so matches nobody. */
function findSale(candidates: readonly RefundableLine[], line: InvoiceLine): RefundableLine | undefined {
  if (line.customer === '') return undefined;
  return candidates.findLast((sale) => sale.line.date <= line.date && sale.unrefunded >= line.quantity);
}

function addToRefund(cancelled: CancelledInvoice, sale: RefundableLine, line: InvoiceLine): void {
  sale.unrefunded -= line.quantity;
  const refund = cancelled.refunds.get(sale.order) ?? {
    reference: '',
    invoice: cancelled.invoice,
    order: sale.order,
    refundedAt: cancelled.date,
    lines: [],
  };
  cancelled.refunds.set(sale.order, refund);
  // Two cancellation lines may take from one order line; a refund names each order line once.
  const existing = refund.lines.find((one) => one.lineIndex === sale.lineIndex);
  if (existing) {
    existing.quantity += line.quantity;
    existing.sources.push(line);
  } else {
    refund.lines.push({ lineIndex: sale.lineIndex, quantity: line.quantity, sources: [line] });
  }
}

/** One document of an invoice bears its number; of several, each refund adds the order it is for. */
function toDocuments(cancelled: CancelledInvoice): { refunds: PlannedRefund[]; creditNotes: PlannedCreditNote[] } {
  const { invoice, date, unmatched } = cancelled;
  const isSingle = cancelled.refunds.size + (unmatched.length > 0 ? 1 : 0) === 1;
  const refunds = [...cancelled.refunds.values()].map((refund) => ({
    ...refund,
    reference: isSingle
      ? `invoice-${invoice}`
      : `invoice-${invoice}-${refund.order.reference.replace(/^invoice-/, '')}`,
  }));
  const creditNote = { reference: `invoice-${invoice}`, invoice, issuedAt: date, lines: unmatched };
  return { refunds, creditNotes: unmatched.length > 0 ? [creditNote] : [] };
}

function indexByMatch(orders: readonly PlannedOrder[]): Map<string, RefundableLine[]> {
  const index = new Map<string, RefundableLine[]>();
  for (const order of orders) {
    order.lines.forEach((line, lineIndex) => {
      const key = matchKey(line);
      const sales = index.get(key) ?? [];
      index.set(key, sales);
      sales.push({ order, lineIndex, line, unrefunded: line.quantity });
    });
  }
  for (const sales of index.values()) sales.sort((one, other) => byDateAndPlace(one.line, other.line));
  return index;
}

function openInvoice(line: InvoiceLine): CancelledInvoice {
  return { invoice: line.invoice, date: line.date, refunds: new Map(), unmatched: [] };
}

function matchKey(line: InvoiceLine): string {
  return `${line.customer} ${line.sku} ${line.unitPricePence}`;
}

function byDateAndPlace(one: InvoiceLine, other: InvoiceLine): number {
  if (one.date !== other.date) return one.date < other.date ? -1 : 1;
  if (one.invoice !== other.invoice) return one.invoice < other.invoice ? -1 : 1;
  return one.row - other.row;
}
