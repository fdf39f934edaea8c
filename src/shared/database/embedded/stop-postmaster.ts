import { errorCode } from './embedded-postgres-failure.ts';
import { holdsWithin, isRunning } from './process-identity.ts';

/** Each signal with how long it may take: fast, then immediate (recovers at the next start), then the kernel's own. */
const SHUTDOWN_STEPS = [
  { signal: 'SIGINT', limitMs: 15_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 2_000 },
] as const;

/** Answers whether the server is gone. Data is safe at every step: what was committed is in the write-ahead log. */
export async function stopPostmaster(
  pid: number,
  isGone: () => boolean = () => !isRunning(pid),
  steps: readonly { readonly signal: NodeJS.Signals; readonly limitMs: number }[] = SHUTDOWN_STEPS,
): Promise<boolean> {
  for (const { signal, limitMs } of steps) {
    if (isGone()) return true;
    sendSignal(pid, signal);
    if (await holdsWithin(limitMs, isGone)) return true;
  }
  return false;
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It went by itself between our look and our signal.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
