import type { ParsedProductCsv } from '../../src/modules/catalog/csv/parse-product-csv.ts';

interface Money {
  amount: number;
  currency: string;
}

interface Line {
  sku: string;
  quantity: number;
  unitPrice: Money;
}

interface StaffOrder {
  currency: string;
  lines: Line[];
  placedAt: string;
  reference: string;
}

interface Order extends StaffOrder {
  id: string;
  status: string;
  lines: (Line & { id: string; refunded: number })[];
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details: object = {},
  ) {
    super(code);
  }
}

/** What a shop keeps, as little as the replay needs to be told apart right from wrong. */
export class FakeShop {
  readonly products = new Map<string, { sku: string; tracked: boolean }>();
  readonly stock = new Map<string, number>();
  readonly orders = new Map<string, Order>();
  readonly creditNotes = new Map<string, { amount: number; at: string }>();
  private readonly receipts = new Map<string, unknown>();
  private readonly refunds = new Map<string, { amount: number; at: string }>();
  /** Refusals that a new variant meets until inventory has heard of it. */
  unknownSkuRefusals = 0;
  /** Reads of the report that still miss the last order. */
  staleReports = 0;
  answersPendingFirst = false;
  grossErrorPence = 0;

  product(handle: string) {
    const product = this.products.get(handle);
    if (!product) throw new Refusal(404, 'catalog.product_not_found');
    return { id: `prd_${handle}`, handle };
  }

  importProducts(file: ParsedProductCsv) {
    for (const { handle, variants } of file.products) {
      for (const { sku, tracked } of variants) this.products.set(handle, { sku, tracked });
    }
    const { errors, rejected } = file;
    return { created: file.products.length, updated: 0, unchanged: 0, rejected, errors };
  }

  receive(receipt: { reference: string; lines: { sku: string; quantity: number }[] }): unknown {
    const former = this.receipts.get(receipt.reference);
    if (former) return former;
    if (this.unknownSkuRefusals-- > 0) throw new Refusal(404, 'inventory.unknown_sku');
    if (receipt.lines.length > 200) throw new Refusal(422, 'inventory.too_many_lines');
    for (const { sku, quantity } of receipt.lines) {
      if (!this.isTracked(sku)) throw new Refusal(422, 'inventory.untracked');
      this.stock.set(sku, (this.stock.get(sku) ?? 0) + quantity);
    }
    this.receipts.set(receipt.reference, receipt);
    return receipt;
  }

  place(body: StaffOrder): { status: number; value: unknown } {
    const taken = [...this.orders.values()].find((order) => order.reference === body.reference);
    if (taken) throw new Refusal(409, 'ordering.reference_taken', { orderId: taken.id });
    for (const { sku, quantity } of body.lines) {
      if (!this.isTracked(sku)) continue;
      const left = (this.stock.get(sku) ?? 0) - quantity;
      if (left < 0) throw new Refusal(409, 'inventory.out_of_stock');
      this.stock.set(sku, left);
    }
    const id = `ord_${this.orders.size + 1}`;
    const lines = body.lines.map((line, index) => ({ ...line, id: `${id}_line_${index + 1}`, refunded: 0 }));
    const order: Order = { ...body, id, lines, status: this.answersPendingFirst ? 'pending' : 'confirmed' };
    this.orders.set(id, order);
    if (this.answersPendingFirst) return { status: 202, value: { ...order } };
    return { status: 201, value: this.orders.size % 2 === 0 ? { order } : order };
  }

  order(id: string): Order {
    const order = this.orders.get(id);
    if (!order) throw new Refusal(404, 'ordering.order_not_found');
    if (order.status === 'pending') order.status = 'confirmed';
    // An API owes no order of lines: whoever relies on it should notice here.
    return { ...order, lines: order.lines.toReversed() };
  }

  refund(id: string, body: { reference: string; refundedAt: string; lines: { lineId: string; quantity: number }[] }) {
    if (this.refunds.has(body.reference)) throw new Refusal(409, 'ordering.reference_taken');
    const order = this.orders.get(id);
    let amount = 0;
    for (const { lineId, quantity } of body.lines) {
      const line = order?.lines.find((one) => one.id === lineId);
      if (!line || line.refunded + quantity > line.quantity) throw new Refusal(409, 'ordering.refund_too_large');
      line.refunded += quantity;
      amount += quantity * line.unitPrice.amount;
    }
    this.refunds.set(body.reference, { amount, at: body.refundedAt });
    return { reference: body.reference };
  }

  credit(body: { reference: string; issuedAt: string; lines: (Line & { title: string })[] }) {
    if (this.creditNotes.has(body.reference)) throw new Refusal(409, 'ordering.reference_taken');
    if (body.lines.some((line) => line.title === '')) throw new Refusal(422, 'http.invalid');
    this.creditNotes.set(body.reference, { amount: total(body.lines), at: body.issuedAt });
    return { reference: body.reference };
  }

  salesReport(query: URLSearchParams) {
    const orders = this.ordersIn(query);
    if (this.staleReports-- > 0) orders.pop();
    const gross = orders.reduce((sum, order) => sum + total(order.lines), this.grossErrorPence);
    return { orders: orders.length, gross: gbp(gross), refunds: gbp(this.givenBack(query)), byDay: [] };
  }

  moneyLedger(query: URLSearchParams) {
    const sales = this.ordersIn(query).reduce((sum, order) => sum + total(order.lines), 0);
    return {
      items: [
        { account: 'sales', debit: gbp(0), credit: gbp(sales) },
        { account: 'refunds', debit: gbp(this.givenBack(query)), credit: gbp(0) },
      ],
    };
  }

  stockLedger(query: URLSearchParams) {
    const lines = this.ordersIn(query).flatMap((order) => order.lines);
    const tracked = lines.filter((line) => this.isTracked(line.sku));
    const quantity = tracked.reduce((sum, line) => sum + line.quantity, 0);
    return { items: [{ kind: 'allocated', quantity, entries: tracked.length }] };
  }

  private ordersIn(query: URLSearchParams): Order[] {
    return [...this.orders.values()].filter((order) => isWithin(order.placedAt, query));
  }

  private givenBack(query: URLSearchParams): number {
    const all = [...this.refunds.values(), ...this.creditNotes.values()];
    return all.filter((one) => isWithin(one.at, query)).reduce((sum, one) => sum + one.amount, 0);
  }

  private isTracked(sku: string): boolean {
    const product = [...this.products.values()].find((one) => one.sku === sku);
    if (!product) throw new Refusal(404, 'catalog.unknown_sku');
    return product.tracked;
  }
}

const gbp = (amount: number): Money => ({ amount, currency: 'GBP' });
const total = (lines: readonly Line[]): number => lines.reduce((sum, l) => sum + l.quantity * l.unitPrice.amount, 0);
const isWithin = (at: string, query: URLSearchParams): boolean =>
  at >= (query.get('from') ?? '') && at < (query.get('to') ?? '');
