import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Umzug, type RunnableMigration } from 'umzug';
import { StartFailure } from '../errors/index.ts';
import { checkPlace } from './check-place.ts';
import { connectAdmin } from './connect-admin.ts';
import type { DatabaseLayout } from './database-layout.ts';
import { inModuleSchema } from './module-schema.ts';
import { provisionModule } from './provision.ts';

/** Migrations that every module's schema gets: outbox, inbox, idempotency keys, sagas. */
const KERNEL = '_kernel';
/** Which migrations a module has, and what each was when it was applied. */
const APPLIED = 'schema_migrations';
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
      await checkPlace(client, { layout: options.layout, module, waitMs: options.waitMs });
      await provisionModule(client, options.layout, module);
      await migrateModule(client, options, module);
    } finally {
      await client.end();
    }
  }
}

async function migrateModule(client: pg.Client, options: MigrateOptions, module: string): Promise<void> {
  const target = { client, layout: options.layout, module };
  const applied = await readApplied(target);
  const umzug = new Umzug({
    migrations: migrationFiles(options.folder, module).map((file) => toMigration(target, file, applied)),
    logger: undefined,
    storage: {
      executed: () => Promise.resolve([...applied.keys()]),
      // A migration writes its own row, inside its transaction: there is no moment between the two.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.reject(new Error('migrations go forward only')),
    },
  });
  const done = await umzug.up();
  if (done.length > 0) options.log(`${module}: ${done.length} migrations applied`);
}

/** Whose tables are changed, and by which connection. */
interface Target {
  readonly client: pg.Client;
  readonly layout: DatabaseLayout;
  readonly module: string;
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
  { client, layout, module }: Target,
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
      await inModuleSchema(client, layout, module, async () => {
        await client.query(file.sql);
        await client.query(`insert into ${APPLIED} (name, checksum) values ($1, $2)`, [file.name, file.checksum]);
      });
    },
  };
}

/** Where a module's database has what was applied. */
export function appliedTable(layout: DatabaseLayout, module: string): string {
  const name = `${layout.tablePrefix(module)}${APPLIED}`;
  return `${pg.escapeIdentifier(layout.schema(module))}.${pg.escapeIdentifier(name)}`;
}

async function readApplied({ client, layout, module }: Target): Promise<Map<string, string>> {
  const table = appliedTable(layout, module);
  const { rows: found } = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
    table,
  ]);
  if (found[0]?.exists !== true) {
    await inModuleSchema(client, layout, module, () =>
      client.query(
        `create table ${APPLIED} (
           name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
      ),
    );
  }
  await client.query(`set role ${pg.escapeIdentifier(layout.ownerRole(module))}`);
  const { rows } = await client.query<{ name: string; checksum: string }>(`select name, checksum from ${table}`);
  await client.query('reset role');
  return new Map(rows.map((row) => [row.name, row.checksum]));
}
