import type { Verdict } from './check.ts';

/** A line for each promise, and one that counts them. */
export function printVerdicts(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ promise, broken, note }) => {
    if (broken !== undefined) return `BROKEN  ${promise}\n        ${broken}`;
    return `ok      ${promise}${note === undefined ? '' : ` (${note})`}`;
  });
  const broken = verdicts.filter((verdict) => verdict.broken !== undefined).length;
  return `${[...lines, `${verdicts.length} promises, ${broken} broken`].join('\n')}\n`;
}
