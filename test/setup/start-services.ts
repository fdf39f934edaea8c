import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateAll } from '../../src/app.ts';
import { modules } from '../../src/modules/index.ts';
import { ISOLATION_LEVELS, readConfig, type IsolationLevel } from '../../src/shared/config/index.ts';
import { startEmbeddedPostgres } from '../../src/shared/database/embedded/start-embedded-postgres.ts';
import { databaseOf, testPlace } from '../../src/shared/testing/test-layout.ts';
import { publishTestServices } from '../../src/shared/testing/test-services.ts';

const TEMPLATE = 'banyan_template';
/** Several suites run at once, and each application opens a pool per module. */
const MAX_CONNECTIONS = '600';

type Cleanup = () => Promise<void>;

/** Starts what all suites share: Postgres with a migrated template, and Redis where the machine has it. */
export default async function startServices(): Promise<void> {
  const cleanups: Cleanup[] = [];
  (globalThis as { banyanTestCleanups?: Cleanup[] }).banyanTestCleanups = cleanups;
  const dataDir = mkdtempSync(join(tmpdir(), 'banyan-test-services-'));
  cleanups.push(async () => {
    rmSync(dataDir, { recursive: true, force: true });
    await Promise.resolve();
  });
  const postgres = await startEmbeddedPostgres({
    dataDir,
    // Tests prove what survives a killed process, never a power cut, so they need not wait for the disk.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: MAX_CONNECTIONS },
  });
  cleanups.push(() => postgres.stop());
  const isolation = chosenIsolation();
  const names = modules.map(({ contract }) => contract.name);
  await migrateTemplate(postgres.url, isolation, names);
  const redisUrl = process.env['REDIS_URL'] ?? (await startRedis(dataDir, cleanups));
  if (redisUrl === undefined) {
    process.stderr.write('No redis-server on this machine: every suite runs with its queues in Postgres.\n');
  }
  publishTestServices({ databaseUrl: postgres.url, template: TEMPLATE, isolation, modules: names, redisUrl });
}

/** TEST_ISOLATION: at which level of DATA_ISOLATION the suites run. */
function chosenIsolation(): IsolationLevel {
  const given = process.env['TEST_ISOLATION'] ?? 'schema';
  const level = ISOLATION_LEVELS.find((each) => each === given);
  if (level === undefined) throw new Error(`TEST_ISOLATION is ${given}; it can be ${ISOLATION_LEVELS.join(', ')}`);
  return level;
}

async function migrateTemplate(serverUrl: string, isolation: IsolationLevel, names: readonly string[]): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  const owners = isolation === 'server' ? names : [];
  const moduleUrls = Object.fromEntries(owners.map((module) => [module, databaseOf(url.toString(), module)]));
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  for (const each of [url.toString(), ...Object.values(moduleUrls)]) {
    await client.query(`create database ${new URL(each).pathname.slice(1)}`);
  }
  await client.end();
  const { layout, settings } = testPlace(url.toString(), isolation, moduleUrls);
  await migrateAll(readConfig(settings, names), layout, names, () => undefined);
}

async function startRedis(folder: string, cleanups: Cleanup[]): Promise<string | undefined> {
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const started = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) resolve(true);
    });
  });
  if (!started) return undefined;
  cleanups.push(async () => {
    server.kill('SIGKILL');
    await Promise.resolve();
  });
  return `redis://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
