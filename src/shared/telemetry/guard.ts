/** What keeps the promises. A test may have one taken out, to see that the suites notice. */
export type Guard = 'inbox check' | 'version gate' | 'sweeper' | 'epoch fence' | 'idempotency claim' | 'amount check';

const removed: ReadonlySet<string> = new Set(
  process.env['NODE_ENV'] === 'test' ? (process.env['BANYAN_TEST_WITHOUT'] ?? '').split(',') : [],
);

/** False only in a test process that was started without this guard. */
export function guarded(guard: Guard): boolean {
  return !removed.has(guard);
}
