export const seconds = (count: number): number => count * 1_000;
export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => count * 3_600_000;
export const days = (count: number): number => count * 86_400_000;

/** How long to wait before attempt `attempt` (1 is the first repeat): doubles, capped, with up to half taken off by chance. */
export function backoffMs(attempt: number, baseMs: number, capMs: number, chance: () => number = Math.random): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + chance() / 2));
}
