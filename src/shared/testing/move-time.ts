import pg from 'pg';
import type { DatabaseLayout } from '../database/index.ts';

const MAX_ATTEMPTS = 5;
const DEADLOCK_DETECTED = '40P01';

/**
 * Lets time pass for everything that modules hold: each time in their tables moves back by `ms`, so that whatever counts
 * from it (a lease, a hold, a due date, an age) is that much further on. Nothing sleeps.
 */
export async function moveTime(layout: DatabaseLayout, modules: readonly string[], ms: number): Promise<void> {
  for (const url of new Set(modules.map((module) => layout.adminUrl(module)))) {
    const owners = modules
      .filter((module) => layout.adminUrl(module) === url)
      .map((module) => layout.ownerRole(module));
    await moveTimeIn(url, owners, ms);
  }
}

async function moveTimeIn(url: string, owners: readonly string[], ms: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ table: string; columns: string[] }>(
      `select c.oid::regclass::text as table, array_agg(a.attname::text) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relkind = 'r' and pg_get_userbyid(c.relowner) = any($1) and a.attnum > 0 and not a.attisdropped
         and a.attgenerated = '' and a.atttypid = 'timestamptz'::regtype
       group by c.oid order by 1`,
      [[...owners]],
    );
    const statements = rows.map(({ table, columns }) => {
      const moved = columns.map(pg.escapeIdentifier).map((name) => `${name} = ${name} - $1 * interval '1 millisecond'`);
      return `update ${table} set ${moved.join(', ')}`;
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
