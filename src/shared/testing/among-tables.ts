import type pg from 'pg';
import { moduleClient, type DatabaseLayout } from '../database/index.ts';

/**
 * The administrator among the tables of one module, which statements name as the module does, wherever they lie.
 * Whatever runs on them need not know.
 */
export async function amongTables<Result>(
  layout: DatabaseLayout,
  module: string,
  body: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const ModuleClient = moduleClient(layout.tablePrefix(module));
  const client = new ModuleClient({
    connectionString: layout.adminUrl(module),
    options: `-c search_path=${layout.schema(module)}`,
  });
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

/** Rows of one module's tables. */
export async function rowsAmongTables<Row extends object>(
  layout: DatabaseLayout,
  module: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return await amongTables(layout, module, async (client) => (await client.query<Row>(sql, [...values])).rows);
}
