import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Umzug, type RunnableMigration } from 'umzug';
import { StartFailure } from '../errors/index.ts';
import { connectAdmin } from './connect-admin.ts';
import type { DatabaseLayout } from './database-layout.ts';
import { provisionModule } from './provision.ts';

/** Migrations that every module's schema gets: outbox, inbox, idempotency keys, sagas. */
const KERNEL = '_kernel';
const MIGRATION_LOCK = 7_234_001;
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

export interface MigrateOptions {
  readonly layout: DatabaseLayout;
  readonly modules: readonly string[];
  /** The folder `migrations`. */
  readonly folder: string;
  readonly waitMs: number;
  readonly log: (message: string) => void;
}

/**
 * Makes roles and schemas and applies what is open, module by module. Several processes may start at once: one
 * works, the others wait for its lock and then find nothing to do.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  for (const module of options.modules) {
    const variable = options.layout.variable(module);
    const client = await connectAdmin(options.layout.adminUrl(module), variable, options.waitMs);
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await provisionModule(client, options.layout, module);
      await migrateModule(client, options, module);
    } finally {
      await client.end();
    }
  }
}

async function migrateModule(client: pg.Client, options: MigrateOptions, module: string): Promise<void> {
  await client.query(`set role ${pg.escapeIdentifier(options.layout.ownerRole(module))}`);
  await client.query(`set search_path = ${pg.escapeIdentifier(options.layout.schema(module))}`);
  await client.query(
    `create table if not exists schema_migrations (
       name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
  );
  const applied = await readApplied(client);
  const umzug = new Umzug({
    migrations: migrationFiles(options.folder, module).map((file) => toMigration(client, file, applied)),
    logger: undefined,
    storage: {
      executed: () => Promise.resolve([...applied.keys()]),
      // A migration writes its own row, inside its transaction: there is no moment between the two.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.reject(new Error('migrations go forward only')),
    },
  });
  const done = await umzug.up();
  await client.query('reset role');
  if (done.length > 0) options.log(`${module}: ${done.length} migrations applied`);
}

interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** All that a module's schema gets, in the order in which it is applied. */
export function migrationFiles(folder: string, module: string): MigrationFile[] {
  return [...filesOf(folder, KERNEL), ...filesOf(folder, module)];
}

function filesOf(folder: string, owner: string): MigrationFile[] {
  const path = join(folder, owner);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => FILE_NAME.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(path, file), 'utf8');
      return { name: `${owner}/${file}`, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

function toMigration(
  client: pg.Client,
  file: MigrationFile,
  applied: ReadonlyMap<string, string>,
): RunnableMigration<object> {
  const before = applied.get(file.name);
  if (before !== undefined && before !== file.checksum) {
    throw new StartFailure(
      `The migration ${file.name} was changed after it had been applied; restore it and put the change into a new file.`,
    );
  }
  return {
    name: file.name,
    up: async () => {
      await client.query('begin');
      try {
        await client.query(file.sql);
        await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
          file.name,
          file.checksum,
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
  };
}

async function readApplied(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations',
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}
