import pg from 'pg';
import type { IsolationLevel } from '../config/index.ts';
import { newId } from '../values/index.ts';
import { databaseOf, testPlace, type TestPlace } from './test-layout.ts';
import { testServices } from './test-services.ts';

export interface TestDatabase extends TestPlace {
  /** Administrator's URL. At the level `server` it is that of the queues alone. */
  readonly url: string;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Default: that of all suites. At another one it begins empty, since there is no template of it. */
  readonly isolation?: IsolationLevel;
  /** Modules that have a database each at the level `server`; default: all. */
  readonly modules?: readonly string[];
  /** Without any table, also where there is a template. */
  readonly empty?: boolean;
}

/** A database of one suite's own, or at the level `server` several: copies of the migrated template, in a tenth of a second. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const services = testServices();
  const { isolation = services.isolation, modules = services.modules } = options;
  const url = new URL(services.databaseUrl);
  url.pathname = `/${newId('test')}`;
  const owners = isolation === 'server' ? modules : [];
  const moduleUrls = Object.fromEntries(owners.map((module) => [module, databaseOf(url.toString(), module)]));
  const templates = new Map([[url.toString(), services.template]]);
  for (const [module, each] of Object.entries(moduleUrls)) {
    if (services.modules.includes(module)) templates.set(each, `${services.template}_${module}`);
  }
  const isCopy = isolation === services.isolation && options.empty !== true;
  const names = [url.toString(), ...Object.values(moduleUrls)];
  await withAdmin(services.databaseUrl, async (client) => {
    for (const each of names) {
      const template = isCopy ? templates.get(each) : undefined;
      await client.query(`create database ${nameOf(each)} ${template === undefined ? '' : `template ${template}`}`);
    }
  });
  return {
    url: url.toString(),
    ...testPlace(url.toString(), isolation, moduleUrls),
    drop: () =>
      withAdmin(services.databaseUrl, async (client) => {
        for (const each of names) await client.query(`drop database if exists ${nameOf(each)} with (force)`);
      }),
  };
}

const nameOf = (url: string): string => pg.escapeIdentifier(new URL(url).pathname.slice(1));

async function withAdmin(url: string, body: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await body(client);
  } finally {
    await client.end();
  }
}
