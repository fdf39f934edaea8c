import pg from 'pg';

const MAX_ATTEMPTS = 5;
const DEADLOCK_DETECTED = '40P01';

/**
 * Lets time pass for everything that a database holds: each time in the given schemas moves back by `ms`, so that
 * whatever counts from it (a lease, a hold, a due date, an age) is that much further on. Nothing sleeps.
 */
export async function moveTime(databaseUrl: string, schemas: readonly string[], ms: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ schema: string; table: string; columns: string[] }>(
      `select c.table_schema as schema, c.table_name as table, array_agg(c.column_name::text) as columns
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
       where c.table_schema = any($1) and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
         and c.data_type = 'timestamp with time zone'
       group by 1, 2 order by 1, 2`,
      [[...schemas]],
    );
    const statements = rows.map(({ schema, table, columns }) => {
      const moved = columns.map(pg.escapeIdentifier).map((name) => `${name} = ${name} - $1 * interval '1 millisecond'`);
      return `update ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} set ${moved.join(', ')}`;
    });
    for (let attempt = 1; !(await moveAll(client, statements, ms)); attempt += 1) {
      if (attempt === MAX_ATTEMPTS) throw new Error(`others were at the same rows ${MAX_ATTEMPTS} times`);
    }
  } finally {
    await client.end();
  }
}

/** False: the modules, which go on working meanwhile, were in the way, and nothing has moved. */
async function moveAll(client: pg.Client, statements: readonly string[], ms: number): Promise<boolean> {
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement, [ms]);
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback');
    if ((error as { code?: string }).code !== DEADLOCK_DETECTED) throw error;
    return false;
  }
}
