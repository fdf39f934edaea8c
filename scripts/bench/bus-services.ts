import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { migrateBus } from '../../src/shared/bus/index.ts';
import { startEmbeddedPostgres } from '../../src/shared/database/embedded/start-embedded-postgres.ts';
import { migrate, type DatabaseLayout } from '../../src/shared/database/index.ts';
import { newId } from '../../src/shared/values/index.ts';
import { layoutOf } from './bus-host.ts';
import type { BusAddress } from './bus-messages.ts';
import { busModules, busTables } from './bus-modules.ts';
import { startRedisServer } from './redis-server.ts';

export type Queues = 'postgres' | 'redis';

type Cleanup = () => Promise<void> | void;

const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '..', '..', 'migrations');

/** Servers of our own for one measurement: Postgres as it is by default, which waits for the disk, and perhaps Redis. */
export class BusServices {
  readonly address: BusAddress;
  /** Of the administrator, for what the measurement itself wants to know. */
  readonly client: pg.Client;
  readonly #cleanups: Cleanup[];
  #stopping: Promise<void> | undefined;

  private constructor(address: BusAddress, client: pg.Client, cleanups: Cleanup[]) {
    this.address = address;
    this.client = client;
    this.#cleanups = cleanups;
  }

  /** Undefined: these queues need a redis-server, and this machine has none. */
  static async start(queues: Queues): Promise<BusServices | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
    const cleanups: Cleanup[] = [() => rmSync(folder, { recursive: true, force: true })];
    try {
      const redis = queues === 'redis' ? await startRedisServer(folder) : undefined;
      if (redis !== undefined) cleanups.unshift(() => redis.stop());
      else if (queues === 'redis') {
        await cleanUp(cleanups);
        return undefined;
      }
      const postgres = await startEmbeddedPostgres({ dataDir: folder });
      cleanups.unshift(() => postgres.stop());
      const { url } = postgres;
      await migrateAll(layoutOf(url));
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      cleanups.unshift(() => client.end());
      await makeTables(client, layoutOf(url));
      return new BusServices({ databaseUrl: url, redisUrl: redis?.url, prefix: newId('bench') }, client, cleanups);
    } catch (error) {
      await cleanUp(cleanups);
      throw error;
    }
  }

  /** Repeated, it waits for the same end. */
  async stop(): Promise<void> {
    await (this.#stopping ??= cleanUp(this.#cleanups));
  }
}

async function cleanUp(cleanups: Cleanup[]): Promise<void> {
  for (const each of cleanups) await each();
}

async function migrateAll(layout: DatabaseLayout): Promise<void> {
  const modules = busModules.map(({ contract }) => contract.name);
  await migrate({ layout, modules, folder: MIGRATIONS_FOLDER, waitMs: 0, log: () => undefined });
  await migrateBus(layout, 0);
}

async function makeTables(client: pg.Client, layout: DatabaseLayout): Promise<void> {
  for (const [module, sql] of Object.entries(busTables)) {
    await client.query(`set role ${pg.escapeIdentifier(layout.ownerRole(module))}`);
    await client.query(`set search_path = ${pg.escapeIdentifier(layout.schema(module))}`);
    await client.query(sql);
  }
  await client.query('reset role');
  await client.query('reset search_path');
}
