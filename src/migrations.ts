import { resolve } from 'node:path';
import { migrateBus } from './shared/bus/index.ts';
import type { Config } from './shared/config/index.ts';
import { migrate, requireMigrated, type DatabaseLayout } from './shared/database/index.ts';

const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '..', 'migrations');

type Log = (message: string) => void;

/** What a start does: applies what is open, or waits for whoever else does. */
export async function ensureMigrated(
  config: Config,
  layout: DatabaseLayout,
  modules: readonly string[],
  log: Log,
): Promise<void> {
  const { migrateOnStart, waitMs } = config.database;
  if (migrateOnStart) await migrateAll(config, layout, modules, log);
  else await requireMigrated({ layout, modules, folder: MIGRATIONS_FOLDER, waitMs });
}

/** Also what `npm run migrate` does. */
export async function migrateAll(
  config: Config,
  layout: DatabaseLayout,
  modules: readonly string[],
  log: Log,
): Promise<void> {
  const { waitMs } = config.database;
  await migrate({ layout, modules, folder: MIGRATIONS_FOLDER, waitMs, log });
  if (config.redisUrl === undefined) await migrateBus(layout, waitMs);
}
