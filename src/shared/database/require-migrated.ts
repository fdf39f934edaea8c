import type pg from 'pg';
import { StartFailure } from '../errors/index.ts';
import { connectAdmin } from './connect-admin.ts';
import type { DatabaseLayout } from './database-layout.ts';
import { appliedTable, migrationFiles } from './migrator.ts';

const RETRY_MS = 500;
const UNDEFINED_TABLE = '42P01';

export interface RequireMigratedOptions {
  readonly layout: DatabaseLayout;
  readonly modules: readonly string[];
  /** The folder `migrations`. */
  readonly folder: string;
  /** How long somebody else may take to apply what is open. */
  readonly waitMs: number;
}

/**
 * For a process that does not migrate: waits until all migrations that its modules come with are applied. It asks as the
 * modules' own roles, so it needs no administrator. More than these may be applied: the version before runs meanwhile.
 * Throws StartFailure, which names the module and the remedy.
 */
export async function requireMigrated({ layout, modules, folder, waitMs }: RequireMigratedOptions): Promise<void> {
  const end = Date.now() + waitMs;
  for (const module of modules) {
    for (;;) {
      const reason = await whyNotMigrated(layout, module, folder);
      if (reason === undefined) break;
      if (Date.now() + RETRY_MS > end) {
        throw new StartFailure(
          `MIGRATE_ON_START is false, and ${module} is not migrated: ${reason} Apply migrations with \`node dist/main.js --migrate-only\`.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function whyNotMigrated(layout: DatabaseLayout, module: string, folder: string): Promise<string | undefined> {
  let client: pg.Client;
  try {
    client = await connectAdmin(layout.moduleUrl(module), layout.variable(module), 0);
  } catch (error) {
    // Before the first migration there is no such role, which Postgres calls a wrong password.
    if (error instanceof StartFailure) return error.message;
    throw error;
  }
  try {
    const { rows } = await client.query<{ name: string }>(`select name from ${appliedTable(layout, module)}`);
    const open = migrationFiles(folder, module).filter(({ name }) => !rows.some((row) => row.name === name));
    return open.length === 0 ? undefined : `${open.map((file) => file.name).join(', ')} not applied.`;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return 'none is applied.';
    throw error;
  } finally {
    await client.end();
  }
}
