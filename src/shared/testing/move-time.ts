import pg from 'pg';

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
    await client.query('begin');
    for (const { schema, table, columns } of rows) {
      const moved = columns.map((column) => {
        const name = pg.escapeIdentifier(column);
        return `${name} = ${name} - $1 * interval '1 millisecond'`;
      });
      const target = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
      await client.query(`update ${target} set ${moved.join(', ')}`, [ms]);
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}
