import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { createServer } from 'node:net';
import { parse } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataPlace } from './data-place.ts';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import { readPostmasterFile } from './orphaned-postmaster.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { holdsWithin } from './process-identity.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ServerLog } from './server-log.ts';
import { sendSignal, stopPostmaster } from './stop-postmaster.ts';

const ADDRESS = '127.0.0.1';
/** Replaying the write-ahead log after a crash counts as starting, and may take its time. */
const READY_LIMIT_MS = 120_000;
/** Backends of a postmaster that was killed may hold its shared memory for about five seconds. */
const RETRY_LIMIT_MS = 20_000;
const RETRY_PAUSE_MS = 200;
const RETRY_LIMIT = 100;

const PORT_TAKEN = /could not bind IPv4 address/;
const STILL_HELD = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/;

const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_preload_libraries: 'pg_stat_statements',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
};

export interface LaunchOptions {
  readonly place: DataPlace;
  readonly binaries: PostgresBinaries;
  readonly log: ServerLog;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * A running postmaster. States: starting (inside launch), running, stopped. It is a leader of its own process group, so
 * that Ctrl-C reaches Banyan alone, which then stops it in good order, and it never keeps the event loop alive.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #stopOnExit = (): void => signalQuietly(this.#child.pid);

  private constructor(
    child: ChildProcess,
    readonly port: number,
  ) {
    this.#child = child;
    // process.exit() without stop() would leave the server behind.
    process.once('exit', this.#stopOnExit);
  }

  /** Retries a port that somebody took before us and shared memory that is still held; fails on anything else. */
  static async launch(options: LaunchOptions): Promise<ServerProcess> {
    const { log, place } = options;
    const deadline = Date.now() + RETRY_LIMIT_MS;
    for (let attempt = 0; attempt < RETRY_LIMIT; attempt += 1) {
      const port = await freePort();
      const offset = log.sizeBytes();
      const child = await spawnPostgres(options, port);
      if (await becomesReady(child, place.clusterDir)) return new ServerProcess(child, port);
      await stopChild(child);
      const text = log.textSince(offset);
      const mayRetry = PORT_TAKEN.test(text) || STILL_HELD.test(text);
      if (!mayRetry || Date.now() >= deadline) throw didNotStart(place.dataDir, log.lastLinesSince(offset));
      await pause(RETRY_PAUSE_MS);
    }
    throw didNotStart(place.dataDir, log.lastLinesSince(0));
  }

  async stop(): Promise<void> {
    process.off('exit', this.#stopOnExit);
    await stopChild(this.#child);
  }
}

async function spawnPostgres({ place, binaries, log, settings }: LaunchOptions, port: number): Promise<ChildProcess> {
  const ours = { listen_addresses: ADDRESS, port: String(port), unix_socket_directories: '', logging_collector: 'off' };
  const all = Object.entries({ ...SETTINGS, ...settings, ...ours });
  const options = ['-D', place.clusterDir, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const logDescriptor = log.openForAppend();
  try {
    const child = spawn(binaries.postgres, options, {
      ...(place.user && { uid: place.user.uid, gid: place.user.gid }),
      cwd: parse(place.dataDir).root,
      env: serverEnvironment(),
      stdio: ['ignore', logDescriptor, logDescriptor],
      detached: true,
      windowsHide: true,
    });
    // Some refusals are thrown by spawn, others arrive as an event; once() turns the latter into a rejection.
    await once(child, 'spawn');
    child.unref();
    return child;
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      `The Postgres program ${binaries.postgres} cannot be run here (${errorCode(error) ?? String(error)}); ` +
        'set DATABASE_URL to a server of your own.',
      { cause: error },
    );
  } finally {
    closeSync(logDescriptor);
  }
}

/** Asked of the server's own pid file: the port alone could be answered by somebody else. */
async function becomesReady(child: ChildProcess, clusterDir: string): Promise<boolean> {
  const isReady = (): boolean => {
    const file = readPostmasterFile(clusterDir);
    return file?.pid === child.pid && file?.status === 'ready';
  };
  await holdsWithin(READY_LIMIT_MS, () => hasExited(child) || isReady());
  return !hasExited(child) && isReady();
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) await stopPostmaster(child.pid, () => hasExited(child));
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalQuietly(pid: number | undefined): void {
  if (pid !== undefined) sendSignal(pid, 'SIGINT');
}

function didNotStart(dataDir: string, lastLines: string): EmbeddedPostgresFailure {
  return new EmbeddedPostgresFailure(
    `Postgres did not start in ${dataDir}; cure what its log says or name another folder with BANYAN_DATA_DIR. ` +
      lastLines,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, ADDRESS, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('A TCP listener has a port.'));
        else resolve(address.port);
      });
    });
  });
}
