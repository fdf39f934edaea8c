/** One thing that a service has to do, and a way to see whether it does. */
export interface Check {
  readonly promise: string;
  /** Resolves to what else is worth knowing. Throws, with the reason, when it is broken. */
  readonly run: () => Promise<string | undefined>;
}

export interface Verdict {
  readonly promise: string;
  /** Absent: it is kept. */
  readonly broken?: string;
  readonly note?: string;
}

/** One after the other: what one check does must not be taken for another's effect. */
export async function runChecks(checks: readonly Check[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { promise, run } of checks) {
    try {
      const note = await run();
      verdicts.push({ promise, ...(note === undefined ? {} : { note }) });
    } catch (error) {
      verdicts.push({ promise, broken: error instanceof Error ? error.message : String(error) });
    }
  }
  return verdicts;
}

export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
