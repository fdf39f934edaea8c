const POLL_EVERY_MS = 10;
const WAIT_MS = 10_000;

/** Repeats `check` until it no longer throws, returns what it gave, and passes its last failure on after 10 s. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
}

/** For `eventually`: something that is not there yet is a failure to try again. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('It is not there.');
  return value;
}
