import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { moneyLedgerShape, salesReportShape, stockLedgerShape } from './api-shapes.ts';
import { currency } from './invoice-line.ts';
import { replayLimits } from './replay-limits.ts';
import type { FileSums } from './replay-plan.ts';
import type { ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

export interface Comparison {
  name: 'orders' | 'lines' | 'gross' | 'refunds' | 'units';
  isMoney: boolean;
  file: number;
  /** Null where this book does not keep the figure. */
  report: number | null;
  ledger: number | null;
  /** The deviation from the file that is further away. */
  difference: number;
}

export interface Books {
  orders: number;
  orderLines: number;
  gross: number;
  refunds: number;
  ledgerSales: number;
  ledgerRefunds: number;
  ledgerUnits: number;
}

/** Reports and ledgers follow by events: asks again until all agree with the files, or the wait is over. */
export async function compareBooks(
  run: ReplayRun,
  sums: FileSums,
  period: { from: string; to: string },
  waitMs: number = replayLimits.booksWaitMs,
): Promise<Comparison[]> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const comparisons = compare(sums, await readBooks(run, period));
    if (comparisons.every((one) => one.difference === 0) || Date.now() >= deadline) return comparisons;
    await sleep(replayLimits.pollDelayMs, undefined, { signal: run.signal });
  }
}

export function compare(sums: FileSums, books: Books): Comparison[] {
  return [
    row('orders', false, sums.orders, books.orders, null),
    row('lines', false, sums.lines, books.orderLines, null),
    row('gross', true, sums.salesPence, books.gross, books.ledgerSales),
    row('refunds', true, sums.cancelledPence, books.refunds, books.ledgerRefunds),
    row('units', false, sums.goodsUnits, null, books.ledgerUnits),
  ];
}

async function readBooks(run: ReplayRun, period: { from: string; to: string }): Promise<Books> {
  const days = `from=${period.from}&to=${period.to}`;
  const [report, money, stock] = await Promise.all([
    read(run, `/admin/v1/reports/sales?${days}&currency=${currency}`, salesReportShape),
    read(run, `/admin/v1/payments/ledger/summary?${days}&currency=${currency}`, moneyLedgerShape),
    read(run, `/admin/v1/stock/ledger/summary?${days}`, stockLedgerShape),
  ]);
  let orderLines = 0;
  for (const order of run.orders.values()) orderLines += order.lines.length;
  return {
    orders: report.orders,
    orderLines,
    gross: report.gross.amount,
    refunds: report.refunds.amount,
    ledgerSales: money.items.find((item) => item.account === 'sales')?.credit.amount ?? 0,
    ledgerRefunds: money.items.find((item) => item.account === 'refunds')?.debit.amount ?? 0,
    // What leaves the shelf may be booked as a negative quantity.
    ledgerUnits: Math.abs(stock.items.find((item) => item.kind === 'allocated')?.quantity ?? 0),
  };
}

async function read<T>(run: ReplayRun, path: string, shape: z.ZodType<T>): Promise<T> {
  const answer = await run.client.get(path);
  const body = shape.safeParse(answer.body);
  if (answer.status === 200 && body.success) return body.data;
  throw RequestFailed.because(`reading ${path}`, answer);
}

function row(name: Comparison['name'], isMoney: boolean, file: number, report: number | null, ledger: number | null) {
  const deviations = [report, ledger].filter((figure) => figure !== null).map((figure) => figure - file);
  const difference = deviations.reduce((far, one) => (Math.abs(one) > Math.abs(far) ? one : far), 0);
  return { name, isMoney, file, report, ledger, difference };
}
