import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseProductCsv } from '../../src/modules/catalog/csv/parse-product-csv.ts';
import { findOrderLine } from './find-order-line.ts';
import { planReplay } from './plan-replay.ts';
import { readInvoices } from './read-invoices.ts';
import { renderProductBatches } from './render-product-batches.ts';

const load = (file: string) => readInvoices(file, readFileSync(path.resolve(file), 'utf8'));
const sample = load('samples/invoices.csv');
const realFolder = '../shared/data/online-retail';
const realFiles = existsSync(path.resolve(realFolder))
  ? readdirSync(path.resolve(realFolder))
      .sort()
      .map((name) => load(path.join(realFolder, name)))
  : [];

describe('the plan for the sample invoices', () => {
  const plan = planReplay([sample]);

  it('counts what was sold and what was cancelled to the penny', () => {
    expect(plan.sums).toEqual({
      invoices: 6,
      orders: 6,
      lines: 14,
      salesPence: 8700 + 4295 + 6720 + 1920 + 2900 + 6420 + 23940 + 1800 + 1500 + 12800 + 749 + 290 + 1305 + 4295,
      cancelledPence: 1120 + 1400 + 6400 + 1235 + 23940 + 1450 + 4295 + 2140,
      goodsUnits: 6 + 1 + 24 + 6 + 2 + 3 + 12 + 2 + 10 + 1 + 1,
    });
    expect(plan.period).toEqual({ from: '2024-03-01', to: '2024-03-03' });
  });
});

describe('a plan', () => {
  const files = realFiles.length > 0 ? realFiles : [sample];

  it('is the same whichever way the files are named', () => {
    const plan = planReplay(files);
    expect(planReplay([...files].reverse())).toEqual(plan);
  });

  it('brings in exactly what is sold, in deliveries the API accepts', () => {
    const plan = planReplay(files);
    const received = plan.receipts.flatMap((receipt) => receipt.lines).reduce((sum, line) => sum + line.quantity, 0);
    expect(received).toBe(plan.sums.goodsUnits);
    expect(plan.receipts.every((receipt) => receipt.lines.length <= 200)).toBe(true);
    expect(new Set(plan.receipts.map((receipt) => receipt.reference)).size).toBe(plan.receipts.length);
  });

  it('cancels every cancelled line once, on its order or by a credit note', () => {
    const plan = planReplay(files);
    const refunded = plan.refunds.flatMap((refund) => refund.lines.flatMap((line) => line.sources));
    const credited = plan.creditNotes.flatMap((note) => note.lines);
    expect(refunded.length + credited.length).toBe(files.flatMap((file) => file.cancellations).length);
    const references = [...plan.refunds, ...plan.creditNotes].map((one) => one.reference);
    expect(new Set(references).size).toBe(references.length);
  });

  it('describes products so that the shop accepts every one of them', () => {
    const { products } = planReplay(files);
    const batches = renderProductBatches(products);
    const parsed = batches.map((csv) => parseProductCsv(csv, 'GBP', 2));
    expect(parsed.flatMap((one) => one.errors)).toEqual([]);
    const variants = parsed.flatMap((one) => one.products.map((product) => ({ ...product, ...product.variants[0] })));
    expect(variants.map(({ sku, handle, price, tracked }) => ({ sku, handle, price, tracked }))).toEqual(
      products.map((one) => ({ sku: one.sku, handle: one.handle, price: one.pricePence, tracked: one.isTracked })),
    );
    expect(batches.every((csv) => Buffer.byteLength(csv) <= 1_000_000 && csv.split('\n').length <= 1_002)).toBe(true);
  });

  it('splits an invoice that is longer than an order may be, and loses no line', () => {
    const { orders, sums } = planReplay(files, 3);
    expect(orders.every((order) => order.lines.length <= 3)).toBe(true);
    expect(orders.flatMap((order) => order.lines)).toHaveLength(sums.lines);
    expect(sums.orders).toBeGreaterThan(sums.invoices);
    expect(new Set(orders.map((order) => order.reference)).size).toBe(orders.length);
  });

  // Without the real days (they are not ours to ship) the sample's own figures above carry the promise.
  if (realFiles.length > 0) {
    it('finds the published sums of the three real days', () => {
      const plan = planReplay(realFiles);
      expect(plan.sums).toMatchObject({ orders: 337, lines: 7290, salesPence: 15365288, cancelledPence: 318958 });
      expect(plan.period).toEqual({ from: '2010-12-01', to: '2010-12-04' });
      expect(realFiles.flatMap((file) => file.leftOut).filter((row) => row.isFault)).toEqual([]);
      expect(plan.orders.find((order) => order.reference === 'invoice-536591')?.placedAt).toBe(
        '2010-12-01T16:57:00.000Z',
      );
    });
  }
});

describe('a cancellation', () => {
  const plan = planReplay([sample]);

  it('goes back to the earlier sale to the same customer at the same price', () => {
    const shown = plan.refunds.map((refund) => [
      refund.reference,
      refund.order.reference,
      refund.lines.map((line) => [line.lineIndex, line.quantity]),
    ]);
    expect(shown).toEqual([
      // Two lines of one cancellation take from one line of the order.
      ['invoice-C700004-700001', 'invoice-700001', [[2, 9]]],
      ['invoice-C700011-700003', 'invoice-700003', [[0, 12]]],
      // The same goods were bought twice: the latest comes back.
      ['invoice-C700013', 'invoice-700012', [[1, 1]]],
    ]);
  });

  it('without such a sale in the files, or of a guest, becomes a credit note', () => {
    expect(plan.creditNotes.map((note) => [note.reference, note.lines.map((line) => line.sku)])).toEqual([
      ['invoice-C700004', ['10505']],
      ['invoice-C700005', ['D']],
      ['invoice-C700011', ['10101A']],
      ['invoice-C700014', ['10404']],
    ]);
  });

  it('never gives back more than was sold', () => {
    const rows = ['7,10101A,POT,3,2024-03-01 08:00:00,2.00,1,UK', 'C8,10101A,POT,-2,2024-03-01 09:00:00,2.00,1,UK'];
    const twice = [...rows, 'C9,10101A,POT,-2,2024-03-01 09:30:00,2.00,1,UK'];
    const before = 'C6,10101A,POT,-1,2024-03-01 07:00:00,2.00,1,UK';
    const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
    const file = readInvoices('some.csv', [header, ...twice, before].join('\n'));
    const { refunds, creditNotes } = planReplay([file]);
    expect(refunds.map((refund) => refund.reference)).toEqual(['invoice-C8']);
    expect(creditNotes.map((note) => note.reference)).toEqual(['invoice-C6', 'invoice-C9']);
  });
});

describe('a line of a placed order', () => {
  it('is found whatever order the lines are answered in, also when one code stands on the invoice twice', () => {
    const [line] = sample.sales;
    if (!line) throw new Error('The sample has no sale.');
    const alike = [line, { ...line, quantity: 1 }, { ...line }];
    const answered = (id: string, quantity: number) => ({
      id,
      sku: line.sku,
      quantity,
      unitPrice: { amount: line.unitPricePence, currency: 'GBP' },
    });
    const order = { id: 'ord_1', status: 'confirmed', lines: [answered('b', 6), answered('c', 6), answered('a', 1)] };
    expect([0, 1, 2].map((index) => findOrderLine(order, alike, index)?.id)).toEqual(['b', 'a', 'c']);
    const merged = { ...order, lines: [answered('all', 13)] };
    expect([0, 1, 2].map((index) => findOrderLine(merged, alike, index)?.id)).toEqual(['all', 'all', 'all']);
  });
});
