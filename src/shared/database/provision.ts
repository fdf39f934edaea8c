import pg from 'pg';
import { StartFailure } from '../errors/index.ts';
import { againIfChangedMeanwhile } from './changed-meanwhile.ts';
import type { DatabaseLayout } from './database-layout.ts';

const identifier = (name: string): string => pg.escapeIdentifier(name);

/**
 * Makes a module's schema and its two roles, or brings them up to date: an owner that nobody logs in as, and the
 * login role of the module, which may use the tables of this owner and no others. Repeating it changes nothing.
 */
export async function provisionModule(client: pg.Client, layout: DatabaseLayout, module: string): Promise<void> {
  // The database's own row is everybody's: a start that is at the tables of the queues may be changing it just now.
  await againIfChangedMeanwhile(() => provision(client, layout, module));
}

async function provision(client: pg.Client, layout: DatabaseLayout, module: string): Promise<void> {
  const owner = layout.ownerRole(module);
  const role = layout.role(module);
  const schema = identifier(layout.schema(module));
  const database = identifier((await one<{ name: string }>(client, 'select current_database() as name')).name);
  await ensureRole(client, owner, 'nologin');
  await ensureRole(client, role, `login password ${pg.escapeLiteral(layout.password(module))}`);
  // An administrator that is no superuser may act as the owner only when it is a member.
  await client.query(`grant ${identifier(owner)} to current_user`);
  await client.query(`grant connect on database ${database} to ${identifier(role)}`);
  // A database of the module's own is nobody else's business, not even that of another module on the same server.
  if (layout.isolation === 'server') {
    await client.query(`revoke connect, temporary on database ${database} from public`).catch(ignoreMissingRight);
  }
  await provisionSchema(client, layout, module);
  await client.query(`revoke create on schema public from public`).catch(ignoreMissingRight);
  await client.query(`alter role ${identifier(role)} in database ${database} set search_path = ${schema}`);
  // Where schemas are shared, a table is made elsewhere and moves in: its owner makes tables for this role alone.
  const made = `for role ${identifier(owner)} ${layout.tablePrefix(module) === '' ? `in schema ${schema}` : ''}`;
  await client.query(
    `alter default privileges ${made} grant select, insert, update, delete on tables to ${identifier(role)}`,
  );
  await client.query(`alter default privileges ${made} grant usage, select on sequences to ${identifier(role)}`);
}

/** A schema that the module owns, or its place in the one that the administrator owns, where no module makes anything. */
async function provisionSchema(client: pg.Client, layout: DatabaseLayout, module: string): Promise<void> {
  const owner = identifier(layout.ownerRole(module));
  const schema = identifier(layout.schema(module));
  const isShared = layout.tablePrefix(module) !== '';
  await client.query(`create schema if not exists ${schema} ${isShared ? '' : `authorization ${owner}`}`);
  await client.query(`revoke all on schema ${schema} from public`);
  const users = isShared ? [owner, identifier(layout.role(module))] : [identifier(layout.role(module))];
  await client.query(`grant usage on schema ${schema} to ${users.join(', ')}`);
}

/** Duplicate object and unique violation: roles belong to the whole server, and another start may have made this one. */
const MADE_MEANWHILE = ['42710', '23505'];

async function ensureRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  try {
    await againIfChangedMeanwhile(async () => {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${identifier(role)} with ${attributes}`);
    }, MADE_MEANWHILE);
  } catch (error) {
    if ((error as { code?: string }).code === '42501') {
      throw new StartFailure(
        `The user of DATABASE_URL may not create or change the role ${role}; give it CREATEROLE, or run \`npm run migrate\` as one that has it and set MIGRATE_ON_START=false.`,
      );
    }
    throw error;
  }
}

function ignoreMissingRight(error: unknown): void {
  // Since Postgres 15 nobody but the owner may create there anyway.
  if ((error as { code?: string }).code !== '42501') throw error;
}

async function one<Row extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<Row> {
  const { rows } = await client.query<Row>(sql);
  return rows[0] as Row;
}
