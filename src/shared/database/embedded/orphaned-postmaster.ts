import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import { commandOf, isKnown, isRunning } from './process-identity.ts';
import { stopPostmaster } from './stop-postmaster.ts';

/** What `postmaster.pid` says, one fact a line. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

export function readPostmasterFile(clusterDir: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[PID_LINE]), Number(lines[PORT_LINE] ?? 0)];
    return Number.isInteger(pid) && pid > 0 ? { pid, port, status: (lines[STATUS_LINE] ?? '').trim() } : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Stops the server that an earlier process of ours left behind when it was killed.
 *
 * The caller holds the lock of the data folder, so a server found here serves nobody who is entitled to it. We start
 * afresh and don't adopt it: its settings, its binaries and its port may be those of another version.
 */
export async function stopOrphanedPostmaster(clusterDir: string): Promise<void> {
  const left = readPostmasterFile(clusterDir);
  if (left === undefined || !isKnown(left.pid)) return;
  const command = isRunning(left.pid) ? commandOf(left.pid) : '';
  if (command === undefined) {
    // Not knowing, we neither end a process that may be a stranger's nor remove what protects a server that may be ours.
    if (isRunning(left.pid)) throw unknownProcess(left.pid, clusterDir);
    return;
  }
  if (!servesCluster(left.pid, command, clusterDir)) {
    // The pid now belongs to a stranger (usual after a container restart) or to a zombie. Postgres only sees that it
    // exists and would refuse to start. Should a backend be left all the same, its shared memory still tells.
    rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
    return;
  }
  if (await stopPostmaster(left.pid)) return;
  throw new EmbeddedPostgresFailure(
    `The Postgres server ${left.pid}, left behind in ${clusterDir}, does not stop; ` +
      `end it by hand (kill -9 ${left.pid}) or name another folder with BANYAN_DATA_DIR.`,
  );
}

function servesCluster(pid: number, command: string, clusterDir: string): boolean {
  const program = basename(command.split(' -D ')[0] ?? '').replace(/\.exe$/, '');
  if (program !== 'postgres') return false;
  return command.includes(` -D ${clusterDir} `) || workingFolderOf(pid) === clusterDir;
}

/** A server works inside its cluster, also when the folder was moved while it ran. */
function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Not told: no /proc, or a container that keeps root from looking into processes of others.
    return undefined;
  }
}

function unknownProcess(pid: number, clusterDir: string): EmbeddedPostgresFailure {
  return new EmbeddedPostgresFailure(
    `Process ${pid} may be a Postgres server still at work in ${clusterDir}; end it, or if it is something else ` +
      `remove ${join(clusterDir, 'postmaster.pid')}, or name another folder with BANYAN_DATA_DIR.`,
  );
}
