export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Runs `work` `count` times with so many at once. */
export async function measureLoad(count: number, concurrency: number, work: () => Promise<void>): Promise<LoadFigures> {
  const durationsMs: number[] = [];
  let begun = 0;
  const startedMs = performance.now();
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const fromMs = performance.now();
      await work();
      durationsMs.push(performance.now() - fromMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedMs) / 1_000;
  durationsMs.sort((left, right) => left - right);
  return {
    perSecond: count / seconds,
    p50Ms: quantile(durationsMs, 0.5),
    p95Ms: quantile(durationsMs, 0.95),
    p99Ms: quantile(durationsMs, 0.99),
  };
}

/** Of figures in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((left, right) => left - right),
    0.5,
  );
}
