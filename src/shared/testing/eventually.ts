const POLL_MS = 25;
const DEFAULT_LIMIT_MS = 15_000;

/** Repeats a check until it passes: for what events bring about. Rejects with the check's last error. */
export async function eventually<Result>(
  check: () => Promise<Result> | Result,
  limitMs: number = DEFAULT_LIMIT_MS,
): Promise<Result> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
