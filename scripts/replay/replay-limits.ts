/** Everything the replay waits for, repeats or collects ends somewhere. */
export const replayLimits = {
  fileBytes: 100_000_000,
  invoiceLines: 1_000_000,
  importRowsPerRequest: 1_000,
  importBytesPerRequest: 1_000_000,
  receiptLinesPerRequest: 200,
  /** The longest invoice of the three real days has 593 lines. */
  orderLinesPerRequest: 1_000,
  concurrentRequests: 64,
  requestTimeoutMs: 60_000,
  requestAttempts: 10,
  firstRetryDelayMs: 100,
  longestRetryDelayMs: 5_000,
  longestRetryAfterMs: 60_000,
  orderWaitMs: 60_000,
  booksWaitMs: 60_000,
  pollDelayMs: 250,
  /** How long after an import inventory and ordering may need to hear of the new SKUs. */
  settlingMs: 20_000,
  startWaitMs: 120_000,
  stopWaitMs: 30_000,
  keptOutputLines: 60,
  listedFailures: 50,
} as const;
