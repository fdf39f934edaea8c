import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readPostmasterFile } from '../orphaned-postmaster.ts';
import { holdsWithin, isRunning } from '../process-identity.ts';
import { sendSignal } from '../stop-postmaster.ts';

const STOP_LIMIT_MS = 10_000;
const REMOVE_RETRIES = 5;

/** Ends the server that a test left behind in the folder, then removes the folder. */
export async function clearFolder(folder: string): Promise<void> {
  const left = readPostmasterFile(join(folder, 'postgres'));
  if (left !== undefined && isRunning(left.pid)) {
    sendSignal(left.pid, 'SIGQUIT');
    await holdsWithin(STOP_LIMIT_MS, () => !isRunning(left.pid));
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: REMOVE_RETRIES });
}
