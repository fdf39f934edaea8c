import type pg from 'pg';
import { StartFailure } from '../errors/index.ts';
import { connectAdmin } from './connect-admin.ts';
import { BUS, SHARED_SCHEMA, type DatabaseLayout } from './database-layout.ts';

/** Where a module's tables have been made: each has a table that says which migrations they have. */
interface Place {
  readonly module: string;
  readonly kind: 'tables' | 'schema';
}

const PLACES = `
  select case when n.nspname = $1 then left(c.relname, -length('_schema_migrations')) else n.nspname end as module,
         case when n.nspname = $1 then 'tables' else 'schema' end as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r'
    and case when n.nspname = $1 then c.relname like '%\\_schema\\_migrations' else c.relname = 'schema_migrations' end
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'checksum')
  order by 1`;

const GUIDE = 'docs/guides/extract-a-module.md says how to move data';

/**
 * Sees that a module does not begin with empty tables while its data stands elsewhere: under another level of isolation,
 * or in the database that it had before it got its own. Throws StartFailure, which says what stands where.
 */
export async function checkPlace(
  client: pg.Client,
  { layout, module, waitMs }: { layout: DatabaseLayout; module: string; waitMs: number },
): Promise<void> {
  const here = await placesIn(client);
  const own = layout.tablePrefix(module) === '' ? 'schema' : 'tables';
  const where = addressOf(layout.adminUrl(module));
  const otherwise = here.filter(({ kind }) => kind !== own);
  if (otherwise.some((place) => place.module === module)) {
    throw new StartFailure(
      `DATA_ISOLATION is ${layout.isolation}, but in ${where} ${describe(otherwise)}; set DATA_ISOLATION=${own === 'schema' ? 'tables' : 'schema'}, or move it (${GUIDE}) and rename what is left.`,
    );
  }
  const others = here.filter((place) => place.module !== module);
  if (layout.isolation === 'server' && others.length > 0) {
    throw new StartFailure(
      `DATA_ISOLATION is server, but the database of ${module} (${where}) is not its own: there ${describe(others)}; set ${layout.variable(module)} to another one, or DATA_ISOLATION=schema.`,
    );
  }
  if (layout.hasOwnUrl(module) && !here.some((place) => place.module === module)) {
    await checkFormerDatabase(module, layout, waitMs);
  }
}

async function checkFormerDatabase(module: string, layout: DatabaseLayout, waitMs: number): Promise<void> {
  const client = await connectAdmin(layout.adminUrl(BUS), layout.variable(BUS), waitMs);
  try {
    const left = (await placesIn(client)).filter((place) => place.module === module);
    if (left.length === 0) return;
    throw new StartFailure(
      `${layout.variable(module)} (${addressOf(layout.adminUrl(module))}) has no data of ${module}, but in DATABASE_URL (${addressOf(layout.adminUrl(BUS))}) ${describe(left)}; take ${layout.variable(module)} away, or move it (${GUIDE}) and rename what is left.`,
    );
  } finally {
    await client.end();
  }
}

async function placesIn(client: pg.Client): Promise<Place[]> {
  const { rows } = await client.query<Place>(PLACES, [SHARED_SCHEMA]);
  return rows;
}

function describe(places: readonly Place[]): string {
  const inSchemas = places.filter(({ kind }) => kind === 'schema').map(({ module }) => module);
  const inTables = places.filter(({ kind }) => kind === 'tables').map(({ module }) => `${module}_…`);
  return [
    ...(inSchemas.length > 0 ? [`data stands in the ${plural('schema', inSchemas)} ${inSchemas.join(', ')}`] : []),
    ...(inTables.length > 0 ? [`data stands in the schema ${SHARED_SCHEMA} in the tables ${inTables.join(', ')}`] : []),
  ].join(' and ');
}

const plural = (word: string, items: readonly string[]): string => (items.length > 1 ? `${word}s` : word);

function addressOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
