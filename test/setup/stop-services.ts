/** Stops what start-services started, the last first. */
export default async function stopServices(): Promise<void> {
  const { banyanTestCleanups: cleanups = [] } = globalThis as { banyanTestCleanups?: (() => Promise<void>)[] };
  for (const cleanup of cleanups.reverse()) await cleanup();
}
