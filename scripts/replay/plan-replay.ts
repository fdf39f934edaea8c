import { linePence, sumPence } from './exact-pence.ts';
import type { InvoiceFile, InvoiceLine } from './invoice-line.ts';
import { matchCancellations } from './match-cancellations.ts';
import { replayLimits } from './replay-limits.ts';
import type { PlannedOrder, PlannedProduct, PlannedReceipt, ReplayPlan } from './replay-plan.ts';
import { toHandle } from './stock-code.ts';

/** Decides everything there is to send. The same files give the same plan, in whatever order they are named. */
export function planReplay(
  files: readonly InvoiceFile[],
  orderLineLimit: number = replayLimits.orderLinesPerRequest,
): ReplayPlan {
  const ordered = [...files].sort((one, other) => compare(sortKey(one), sortKey(other)));
  const sales = ordered.flatMap((file) => file.sales);
  const cancellations = ordered.flatMap((file) => file.cancellations);
  const orders = planOrders(sales, orderLineLimit);
  return {
    products: planProducts([...sales, ...cancellations]),
    receipts: ordered.flatMap(planReceipts),
    orders,
    ...matchCancellations(orders, cancellations),
    sums: {
      invoices: new Set(sales.map((line) => line.invoice)).size,
      orders: orders.length,
      lines: sales.length,
      salesPence: sumPence(sales.map(linePence)),
      cancelledPence: sumPence(cancellations.map(linePence)),
      goodsUnits: sales.filter((line) => line.isGoods).reduce((units, line) => units + line.quantity, 0),
    },
    period: periodOf(orders, cancellations),
  };
}

/** Title and price are the first met, sales before cancellations: a later price is that line's, not the product's. */
function planProducts(lines: readonly InvoiceLine[]): PlannedProduct[] {
  const products = new Map<string, PlannedProduct>();
  for (const line of lines) {
    const known = products.get(line.sku);
    if (known) known.title ||= line.description;
    else
      products.set(line.sku, {
        sku: line.sku,
        handle: toHandle(line.sku),
        title: line.description,
        pricePence: line.unitPricePence,
        isTracked: line.isGoods,
      });
  }
  for (const product of products.values()) product.title ||= product.sku;
  return [...products.values()].sort((one, other) => compare(one.sku, other.sku));
}

/** The content of the file is in the reference, so a receipt cannot be booked twice, nor stand for another file's. */
function planReceipts(file: InvoiceFile): PlannedReceipt[] {
  const units = new Map<string, number>();
  for (const line of file.sales) {
    if (line.isGoods) units.set(line.sku, (units.get(line.sku) ?? 0) + line.quantity);
  }
  const lines = [...units].sort(([one], [other]) => compare(one, other)).map(([sku, quantity]) => ({ sku, quantity }));
  return inBatches(lines, replayLimits.receiptLinesPerRequest).map((batch, index) => ({
    reference: `replay-${firstDay(file)}-${file.fingerprint}-${index + 1}`,
    lines: batch,
  }));
}

/** An invoice is one order, unless it is longer than an order may be: then its parts are numbered. */
function planOrders(sales: readonly InvoiceLine[], orderLineLimit: number): PlannedOrder[] {
  const invoices = new Map<string, InvoiceLine[]>();
  for (const line of sales) {
    const lines = invoices.get(line.invoice);
    if (lines) lines.push(line);
    else invoices.set(line.invoice, [line]);
  }
  return [...invoices].flatMap(([invoice, lines]) => {
    // The clerk of a long invoice may pass from one minute into the next: it is placed when it was begun.
    const placedAt = lines.map((line) => line.date).reduce((first, date) => (date < first ? date : first));
    return inBatches(lines, orderLineLimit).map((part, index) => ({
      reference: index === 0 ? `invoice-${invoice}` : `invoice-${invoice}-part-${index + 1}`,
      placedAt,
      lines: part,
    }));
  });
}

function periodOf(orders: readonly PlannedOrder[], cancellations: readonly InvoiceLine[]): ReplayPlan['period'] {
  const times = [...orders.map((order) => order.placedAt), ...cancellations.map((line) => line.date)].sort();
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return null;
  const dayAfter = new Date(`${last.slice(0, 10)}T00:00:00Z`);
  dayAfter.setUTCDate(dayAfter.getUTCDate() + 1);
  return { from: first.slice(0, 10), to: dayAfter.toISOString().slice(0, 10) };
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}

function firstDay(file: InvoiceFile): string {
  const days = [...file.sales, ...file.cancellations].map((line) => line.date.slice(0, 10)).sort();
  return days[0] ?? 'undated';
}

function sortKey(file: InvoiceFile): string {
  return `${firstDay(file)} ${file.fingerprint}`;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
