import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from './embedded-postgres-failure.ts';

const POLL_MS = 10;
const PS_LIMIT_MS = 2_000;
/** Places in /proc/<pid>/stat, counted after the name in brackets (which may itself hold spaces). */
const STAT_STATE = 0;
const STAT_START_TICKS = 19;

/** True while the process can still do something. A zombie cannot: it only waits for a parent to collect it. */
export function isRunning(pid: number): boolean {
  if (!isKnown(pid)) return false;
  const state = statFields(pid)?.[STAT_STATE];
  return state !== 'Z' && state !== 'X';
}

/** True while the kernel answers for the pid at all, which is all that Postgres itself looks at. */
export function isKnown(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means: it is there, it is only not ours.
    return errorCode(error) === 'EPERM';
  }
}

/** When the process started, in a form that differs for every process that ever had this pid; '' where unknown. */
export function startOf(pid: number): string {
  const ticks = statFields(pid)?.[STAT_START_TICKS];
  // Ticks count from the boot, so two boots could give the same figure.
  return ticks === undefined ? '' : `${readText('/proc/sys/kernel/random/boot_id') ?? ''}:${ticks}`;
}

/** The words the process was started with; undefined where the platform does not tell. */
export function commandOf(pid: number): string | undefined {
  const fromProc = readText(`/proc/${pid}/cmdline`);
  if (fromProc !== undefined) return fromProc.replaceAll('\0', ' ').trim();
  if (process.platform === 'win32' || process.platform === 'linux') return undefined;
  const ps = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', timeout: PS_LIMIT_MS });
  return ps.status === 0 ? ps.stdout.trim() : undefined;
}

/** Waits, at most limitMs, until the condition holds; answers whether it did. */
export async function holdsWithin(limitMs: number, condition: () => boolean): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}

function statFields(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // No /proc here, or the process has gone: both mean that nothing is known.
    return undefined;
  }
}
