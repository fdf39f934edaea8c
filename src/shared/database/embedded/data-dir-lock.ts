import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import { isRunning, startOf } from './process-identity.ts';
import { type ServerUser, giveTo } from './unprivileged-user.ts';

const ATTEMPT_LIMIT = 100;
const ATTEMPT_PAUSE_MS = 20;
const LOCK_NAME = /^banyan\.lock\.(\d{1,9})$/;

interface Holder {
  readonly pid: number;
  /** See startOf: a recycled pid has another start. */
  readonly start: string;
}

/**
 * Lets one live process at a time work in a data folder.
 *
 * The lock is the file `banyan.lock.<n>` with the highest n. It is *held* while the process named in it lives, and
 * *free* when it is empty (released) or its process is dead (crashed). Taking it means creating n + 1 exclusively and
 * then seeing that n + 1 is still the highest. Overwriting one file instead would let two processes that judged the
 * same lock stale both believe they hold it.
 */
export async function lockDataDir(dataDir: string, user: ServerUser | undefined): Promise<() => void> {
  for (let attempt = 0; attempt < ATTEMPT_LIMIT; attempt += 1) {
    const newest = generations(dataDir).at(-1) ?? 0;
    const holder = newest === 0 ? undefined : holderOf(lockPath(dataDir, newest));
    if (holder !== undefined && isAlive(holder)) throw inUse(dataDir, holder);

    const mine = newest + 1;
    if (create(lockPath(dataDir, mine), user)) {
      if (generations(dataDir).at(-1) === mine) {
        for (const older of generations(dataDir)) if (older < mine) rmSync(lockPath(dataDir, older), { force: true });
        return () => release(lockPath(dataDir, mine));
      }
      rmSync(lockPath(dataDir, mine), { force: true });
    }
    await pause(ATTEMPT_PAUSE_MS);
  }
  throw new EmbeddedPostgresFailure(
    `Several processes keep fighting over the data folder ${dataDir}; give each its own with BANYAN_DATA_DIR.`,
  );
}

function isAlive(holder: Holder): boolean {
  return isRunning(holder.pid) && (holder.start === '' || holder.start === startOf(holder.pid));
}

function inUse(dataDir: string, holder: Holder): EmbeddedPostgresFailure {
  return new EmbeddedPostgresFailure(
    `The data folder ${dataDir} is in use by process ${holder.pid}; give this one another with BANYAN_DATA_DIR.`,
  );
}

/** Linked into place, so that nobody ever sees it without its content and takes it for released. */
function create(path: string, user: ServerUser | undefined): boolean {
  const holder: Holder = { pid: process.pid, start: startOf(process.pid) };
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
    giveTo(user, draft);
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Emptied, not removed: the numbers must never start again under a process that is about to take the next one. */
function release(path: string): void {
  try {
    truncateSync(path);
  } catch (error) {
    // A data folder that was deleted under us has no lock to give back.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** A file that is empty, gone or not ours to understand names no holder. */
function holderOf(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return undefined;
    const { pid, start } = value;
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function generations(dataDir: string): number[] {
  return readdirSync(dataDir)
    .map((name) => Number(LOCK_NAME.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((a, b) => a - b);
}

function lockPath(dataDir: string, generation: number): string {
  return join(dataDir, `banyan.lock.${generation}`);
}
