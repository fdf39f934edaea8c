import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from './api-client.ts';
import { FakeBanyan } from './fake-banyan.ts';
import type { InvoiceFile } from './invoice-line.ts';
import { planReplay } from './plan-replay.ts';
import { printResult, type ReplayResult } from './print-result.ts';
import { Progress } from './progress.ts';
import { readInvoices } from './read-invoices.ts';
import { renderLineReport } from './render-line-report.ts';
import { ReplayRun } from './replay-run.ts';
import { runReplay } from './run-replay.ts';

const load = (file: string) => readInvoices(file, readFileSync(path.resolve(file), 'utf8'));
const sample = [load('samples/invoices.csv')];
const realFolder = '../shared/data/online-retail';
const realDays = existsSync(path.resolve(realFolder))
  ? readdirSync(path.resolve(realFolder)).map((name) => load(path.join(realFolder, name)))
  : sample;

let banyan: FakeBanyan;
let url: string;
let runs = 0;

beforeEach(async () => {
  banyan = new FakeBanyan();
  url = await banyan.start();
});

afterEach(() => banyan.stop());

async function replay(
  files: readonly InvoiceFile[] = sample,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReplayResult & { fates: Map<string, string> }> {
  const client = new ApiClient({ url, key: 'secret', signal, firstRetryDelayMs: 1 });
  const run = new ReplayRun(`run-${(runs += 1)}`, client, new Progress({ write: () => true }), 8, signal);
  return { ...(await runReplay(run, files, planReplay(files), 1_000)), fates: run.fates };
}

describe('replaying invoices', () => {
  it('brings report and ledgers to the sums of the files, to the penny', async () => {
    const result = await replay(realDays);
    expect(result.failures).toEqual([]);
    expect(result.comparisons.map(({ name, difference }) => [name, difference])).toEqual([
      ['orders', 0],
      ['lines', 0],
      ['gross', 0],
      ['refunds', 0],
      ['units', 0],
    ]);
    expect(result.isGood).toBe(true);
    expect([...banyan.shop.stock.values()].every((left) => left === 0)).toBe(true);
  });

  it('changes nothing the second time', async () => {
    await replay();
    const before = structuredClone([...banyan.shop.orders.values()]);
    const imports = banyan.count('POST', '/admin/v1/products/import');
    const again = await replay();
    expect(again.isGood).toBe(true);
    expect(again.counts).toMatchObject({
      productsImported: 0,
      ordersPlaced: 0,
      ordersThere: 6,
      refundsMade: 0,
      refundsThere: 3,
      creditNotesIssued: 0,
      creditNotesThere: 4,
    });
    expect([...banyan.shop.orders.values()]).toEqual(before);
    expect(banyan.count('POST', '/admin/v1/products/import')).toBe(imports);
    expect(printResult(again)).toContain('orders        0 placed, 6 already there');
  });

  it('finishes what an interrupted run began, and does nothing twice', async () => {
    const stop = new AbortController();
    banyan.onRequest = (requested) => {
      if (requested === '/admin/v1/orders' && banyan.shop.orders.size === 2) stop.abort(new Error('interrupted'));
    };
    const first = await replay(sample, stop.signal);
    expect(first).toMatchObject({ stopped: 'interrupted', isGood: false });
    expect(renderLineReport(sample, first.fates)).toContain('not reached');
    banyan.onRequest = () => {};
    const second = await replay();
    expect(second.isGood).toBe(true);
    expect(second.counts.ordersPlaced + second.counts.ordersThere).toBe(6);
    expect(second.counts.ordersThere).toBeGreaterThan(0);
    expect(banyan.shop.orders.size).toBe(6);
  });

  it('survives lost answers, lost connections, limits and restarts without a second order', async () => {
    banyan.troubles = [
      { path: '/store/v1/products', trouble: 'unavailable' },
      { path: '/admin/v1/products/import', trouble: 'done but disconnected' },
      { path: '/admin/v1/stock/receipts', trouble: 'done but disconnected' },
      { path: '/admin/v1/orders', trouble: 'done but disconnected' },
      { path: '/admin/v1/orders', trouble: 'limited' },
      { path: '/admin/v1/orders', trouble: 'disconnected' },
      { path: '/admin/v1/credit-notes', trouble: 'done but disconnected' },
      { path: '/admin/v1/reports', trouble: 'unavailable' },
    ];
    const result = await replay();
    expect(banyan.troubles).toEqual([]);
    expect(result).toMatchObject({ isGood: true, counts: { ordersPlaced: 6, creditNotesIssued: 4 } });
  });

  it('waits for what arrives by event: new variants in inventory, orders still running, the report', async () => {
    banyan.shop.unknownSkuRefusals = 2;
    banyan.shop.answersPendingFirst = true;
    banyan.shop.staleReports = 2;
    expect(await replay()).toMatchObject({ isGood: true, failures: [], counts: { ordersPlaced: 6 } });
  });

  it('shows every difference and does not end well', async () => {
    banyan.shop.grossErrorPence = -1;
    const result = await replay();
    expect(result.isGood).toBe(false);
    expect(result.comparisons.find((one) => one.name === 'gross')?.difference).toBe(-1);
    expect(printResult(result)).toContain('Differing: gross.');
  });

  it('lists each refused request, goes on with the others and does not end well', async () => {
    await replay();
    const [broken] = banyan.shop.orders.values();
    if (broken) broken.status = 'rejected';
    const result = await replay();
    expect(result.failures[0]).toMatch(/^order invoice-\d+: ord_1 is rejected, not confirmed$/);
    expect(result).toMatchObject({ isGood: false, counts: { ordersThere: 5 } });
    expect(printResult(result)).toContain('failed: order invoice-');
  });

  it('stops with a plain word when the server is gone', async () => {
    await banyan.stop();
    const result = await replay();
    await banyan.start();
    expect(result.stopped).toContain('the server does not answer');
    expect(printResult(result)).toContain('Not finished');
  });
});

describe('the report of rows', () => {
  it('shows every row of the file with what became of it', async () => {
    const { fates } = await replay();
    const rows = parse(renderLineReport(sample, fates));
    expect(rows).toHaveLength(27);
    const fateOf = (row: number) => rows[row - 1]?.at(-1);
    expect(fateOf(2)).toMatch(/^sale: order placed/);
    expect(fateOf(10)).toMatch(/^cancellation: refunded on ord_/);
    expect(fateOf(12)).toBe('cancellation: its sale is not in the files, credit note');
    expect(fateOf(14)).toBe('no sale: bookkeeping entry');
    expect(fateOf(16)).toBe('no sale: price 0');
    expect(rows.flat().includes('not reached')).toBe(false);
  });
});

describe('the key of the shop', () => {
  it('is never sent to another server', () => {
    const client = new ApiClient({ url: 'http://banyan.test', key: 'secret', signal: new AbortController().signal });
    expect(client.pathOf('/admin/v1/orders/ord_1?x=1')).toBe('/admin/v1/orders/ord_1?x=1');
    expect(client.pathOf('http://banyan.test/a')).toBe('/a');
    expect([client.pathOf('https://evil.test/a'), client.pathOf('//evil.test/a'), client.pathOf(null)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
