import type { Comparison } from './compare-books.ts';
import { formatPence } from './exact-pence.ts';
import { replayLimits } from './replay-limits.ts';
import type { ReplayCounts } from './replay-run.ts';

export interface ReplayResult {
  comparisons: Comparison[];
  counts: ReplayCounts;
  failures: string[];
  skippedRows: number;
  /** Why the run ended before its end, if it did. */
  stopped: string | null;
  isGood: boolean;
}

/** The last thing on the screen: the figures side by side, what was done, and all that went wrong. */
export function printResult(result: ReplayResult): string {
  const { counts, failures } = result;
  const lines = [
    ...(result.comparisons.length > 0 ? table(result.comparisons) : ['The books were not compared.']),
    '',
    `products      ${counts.productsImported} imported, ${counts.productsThere} already there`,
    `orders        ${counts.ordersPlaced} placed, ${counts.ordersThere} already there`,
    `refunds       ${counts.refundsMade} made, ${counts.refundsThere} already there`,
    `credit notes  ${counts.creditNotesIssued} issued, ${counts.creditNotesThere} already there`,
    `rows skipped  ${result.skippedRows}, no sale`,
    '',
    ...failures.slice(0, replayLimits.listedFailures).map((failure) => `failed: ${failure}`),
    ...(failures.length > replayLimits.listedFailures
      ? [`failed: ${failures.length - replayLimits.listedFailures} more`]
      : []),
    ...(result.stopped === null ? [] : [`stopped: ${result.stopped}`]),
    verdict(result),
  ];
  return `${lines.join('\n')}\n`;
}

function table(comparisons: readonly Comparison[]): string[] {
  const rows = comparisons.map((one) => {
    const show = (figure: number | null): string => {
      if (figure === null) return '-';
      return one.isMoney ? formatPence(figure) : figure.toLocaleString('en-GB');
    };
    return [one.name, show(one.file), show(one.report), show(one.ledger), show(one.difference)];
  });
  const all = [['', 'file', 'report', 'ledger', 'difference'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function verdict(result: ReplayResult): string {
  if (result.isGood) return 'All equal.';
  if (result.stopped !== null) return 'Not finished: the same command does the rest.';
  const differing = result.comparisons.filter((one) => one.difference !== 0).map((one) => one.name);
  const differences = differing.length > 0 ? ` Differing: ${differing.join(', ')}.` : '';
  return `Not equal.${differences} ${result.failures.length} failures.`;
}
