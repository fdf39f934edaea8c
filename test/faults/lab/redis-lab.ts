import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../src/shared/testing/index.ts';

const START_LIMIT_MS = 10_000;
const READY = 'Ready to accept connections';

/**
 * A Redis of one suite's own, which keeps nothing on disk.
 * States: running → killed → running again, empty, at the same port; stopped for good.
 */
export class RedisLab {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  #server: ChildProcess;

  private constructor(port: number, folder: string, server: ChildProcess) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
    this.#server = server;
  }

  /** Undefined where the machine has no redis-server. */
  static async start(): Promise<RedisLab | undefined> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'banyan-redis-lab-'));
    const server = await launch(port, folder);
    if (server !== undefined) return new RedisLab(port, folder, server);
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }

  /** As a power cut does it: no answer is finished, no connection is closed in good order. */
  async kill(): Promise<void> {
    if (hasEnded(this.#server)) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await ended;
  }

  /** A new server at the same address, which knows nothing of what the killed one held. */
  async startEmpty(): Promise<void> {
    if (!hasEnded(this.#server)) throw new Error('this Redis still runs: kill it first');
    const server = await launch(this.#port, this.#folder);
    if (server === undefined) throw new Error('redis-server was here before and is gone');
    this.#server = server;
  }

  /** Everything is forgotten, and no connection notices. */
  async flush(): Promise<void> {
    const client = new Redis(this.url, { retryStrategy: () => null });
    try {
      await client.flushall();
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Undefined: there is no such program. Throws when there is one and it does not start. */
async function launch(port: number, folder: string): Promise<ChildProcess | undefined> {
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', ['--port', String(port), ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
  // Tests that end by an error of their own would leave the server behind.
  const killOnExit = (): void => void server.kill('SIGKILL');
  process.once('exit', killOnExit);
  server.once('exit', () => process.off('exit', killOnExit));
  return await new Promise((done, fail) => {
    let output = '';
    const complain = (what: string): void => {
      server.kill('SIGKILL');
      fail(new Error(`redis-server at port ${port} ${what}: ${output}`));
    };
    const limit = setTimeout(() => complain(`did not start within ${START_LIMIT_MS} ms`), START_LIMIT_MS);
    server.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      if (error.code === 'ENOENT') done(undefined);
      else complain(error.message);
    });
    server.once('exit', () => {
      clearTimeout(limit);
      complain('ended at its start');
    });
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes(READY)) return;
      clearTimeout(limit);
      // It may go on writing: nobody reads on, and a full pipe would hold the server up.
      server.stdout.removeAllListeners('data').resume();
      done(server);
    });
  });
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}
