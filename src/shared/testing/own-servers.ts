import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../database/embedded/start-embedded-postgres.ts';
import type { TestDatabase } from './test-database.ts';
import { testPlace } from './test-layout.ts';

/** So many servers are more than a test needs of each: they are small, and none of them waits for the disk. */
const SETTINGS = { fsync: 'off', max_connections: '60', shared_buffers: '16MB' };
/** Servers that start at the same time: making a new one keeps a core busy for about a second. */
const AT_ONCE = 3;
const QUEUES = 'queues';

/**
 * A Postgres server for each module and one for the queues, all of them empty, at the level `server`. `settings` sends an
 * application there, in this process or in others; `drop` stops them and removes their data.
 */
export async function ownServers(modules: readonly string[]): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-servers-'));
  const servers = new Map<string, EmbeddedPostgres>();
  const drop = async (): Promise<void> => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const waiting = [QUEUES, ...modules];
  const startSome = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      servers.set(name, await startEmbeddedPostgres({ dataDir: join(folder, name), settings: SETTINGS }));
    }
  };
  const started = await Promise.allSettled(Array.from({ length: AT_ONCE }, startSome));
  const failure = started.find((each) => each.status === 'rejected');
  if (failure !== undefined) {
    await drop();
    throw failure.reason;
  }
  const urls = Object.fromEntries([...servers].map(([name, { url }]) => [name, url]));
  const { [QUEUES]: url = '', ...moduleUrls } = urls;
  return { url, ...testPlace(url, 'server', moduleUrls), drop };
}
