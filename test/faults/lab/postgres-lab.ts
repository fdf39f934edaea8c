import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/shared/database/embedded/start-embedded-postgres.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** Its end and its replay of the log are a matter of milliseconds; the rest is for a busy machine. */
const END_LIMIT_MS = 10_000;
const POLL_MS = 10;
/** Several processes of several modules at once. */
const MAX_CONNECTIONS = '400';
/**
 * Tests end the server, never the machine, so that what has been written need not reach the disk. A commit is still
 * written before it is answered: what a server that is stopped at once may lose is what a role has said it can spare.
 */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: MAX_CONNECTIONS };

type Server = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

/**
 * A Postgres of one suite's own, at one address for its whole life: a proxy stands before it, for the server may come
 * back at another port. States: running → stopped immediately → running again on the same data; stopped for good.
 */
export class PostgresLab {
  readonly proxy: TcpProxy;
  readonly #folder: string;
  #server: Server;
  #running = true;

  private constructor(folder: string, server: Server, proxy: TcpProxy) {
    this.#folder = folder;
    this.#server = server;
    this.proxy = proxy;
  }

  static async start(): Promise<PostgresLab> {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-postgres-lab-'));
    const server = await startEmbeddedPostgres({ dataDir: folder, settings: SETTINGS });
    return new PostgresLab(folder, server, await TcpProxy.open(targetOf(server)));
  }

  /** Administrator's URL by way of the proxy; it never changes. */
  get url(): string {
    return this.proxy.through(this.#server.url);
  }

  /** Administrator's URL for the test's own eyes, past the proxy. Another one after each start. */
  get directUrl(): string {
    return this.#server.url;
  }

  /** As `pg_ctl stop -m immediate`: no checkpoint, no good-bye; what was committed is in the log alone. */
  async stopImmediately(): Promise<void> {
    const pid = this.#postmaster();
    process.kill(pid, 'SIGQUIT');
    const end = Date.now() + END_LIMIT_MS;
    while (isRunning(pid)) {
      if (Date.now() > end) throw new Error(`postmaster ${pid} did not end within ${END_LIMIT_MS} ms`);
      await pause(POLL_MS);
    }
    this.#running = false;
    // The server is gone; this gives back the lock of its folder.
    await this.#server.stop();
  }

  /** On the same data: the server replays its log before it answers. */
  async startAgain(): Promise<void> {
    if (this.#running) throw new Error('this Postgres still runs: stop it first');
    this.#server = await startEmbeddedPostgres({ dataDir: this.#folder, settings: SETTINGS });
    this.#running = true;
    this.proxy.retarget(targetOf(this.#server));
  }

  /** Ends every client's connection but its own, in the middle of whatever it does. Returns how many there were. */
  async terminateBackends(): Promise<number> {
    const { rowCount } = await this.#administer(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rowCount ?? 0;
  }

  /** Returns its administrator's URL by way of the proxy. */
  async createDatabase(name: string): Promise<string> {
    await this.#administer(`create database ${pg.escapeIdentifier(name)}`);
    return databaseAt(this.url, name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.#administer(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #postmaster(): number {
    const [pid] = readFileSync(join(this.#server.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    return Number(pid);
  }

  async #administer(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.directUrl });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** The same server's URL, to another of its databases. */
export function databaseAt(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

function targetOf({ port }: Server): { host: string; port: number } {
  return { host: '127.0.0.1', port };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
