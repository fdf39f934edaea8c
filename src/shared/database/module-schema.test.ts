import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, MigrationFiles, rowsAmongTables, type TestDatabase } from '../testing/index.ts';
import { newId } from '../values/index.ts';
import { DatabaseLayout } from './database-layout.ts';
import { migrate } from './migrator.ts';

const MODULES = ['till', 'journal'];
const SALES = `
  create sequence sale_numbers start 7;
  create table sales (
    id bigint generated always as identity primary key,
    number bigint not null unique default nextval('sale_numbers'),
    state text not null check (state in ('open'))
  );
  create index sales_open on sales (number) where state = 'open';
  insert into sales (state) values ('open');`;
/** Changes what Postgres itself has named, and points from one table to the other. */
const STATES = `
  alter table sales drop constraint sales_state_check;
  alter table sales add constraint sales_state_check check (state in ('open', 'paid'));
  drop index sales_open;
  create index sales_open on sales (state);
  create table payments (sale bigint primary key references sales, amount bigint not null);
  insert into payments (sale, amount) select id, 600 from sales;`;

let database: TestDatabase;
let files: MigrationFiles;

beforeEach(async () => {
  database = await createTestDatabase({ isolation: 'tables', modules: MODULES, empty: true });
  files = await MigrationFiles.open();
  for (const module of MODULES) await files.write(module, '0001_sales.sql', SALES);
});
afterEach(async () => {
  await files.remove();
  await database.drop();
});

const start = (modules: readonly string[] = MODULES): Promise<void> =>
  migrate({ layout: database.layout, modules, folder: files.folder, waitMs: 0, log: () => undefined });

/** Everything that has a name in the schema of all, and no other schema than that. */
async function namesInDatabase(): Promise<string[]> {
  const rows = await rowsAmongTables<{ name: string }>(
    database.layout,
    'till',
    `select c.oid::regclass::text as name from pg_class c
     where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1`,
  );
  return rows.map(({ name }) => name);
}

const sales = (module: string): Promise<object[]> =>
  rowsAmongTables(database.layout, module, 'select number, state from sales order by number');

describe('the tables of several modules in one schema', () => {
  it('have their module’s name before their own, and so has what hangs on them', async () => {
    await start();
    expect(await namesInDatabase()).toEqual(
      MODULES.flatMap((module) =>
        [
          'sale_numbers',
          'sales',
          'sales_id_seq',
          'sales_number_key',
          'sales_open',
          'sales_pkey',
          'schema_migrations',
          'schema_migrations_pkey',
        ].map((name) => `${module}_${name}`),
      ).sort(),
    );
    expect(await sales('till')).toEqual([{ number: 7, state: 'open' }]);
  });

  it('are found by a later migration under the names that the first one gave them, with their rows', async () => {
    await start();
    await files.write('till', '0002_states.sql', STATES);
    await start();
    const sql = `select s.number, p.amount from payments p join sales s on s.id = p.sale`;
    expect(await rowsAmongTables(database.layout, 'till', sql)).toEqual([{ number: 7, amount: 600 }]);
    await rowsAmongTables(database.layout, 'till', `update sales set state = 'paid'`);
    expect(await sales('till')).toEqual([{ number: 7, state: 'paid' }]);
    expect(await sales('journal')).toEqual([{ number: 7, state: 'open' }]);
  });

  it('are made once, though several processes start at once and again', async () => {
    await Promise.all([start(), start(), start(['journal', 'till'])]);
    await start();
    expect(await sales('till')).toEqual([{ number: 7, state: 'open' }]);
    expect(await sales('journal')).toEqual([{ number: 7, state: 'open' }]);
  });

  it.each([
    ['breaks off', 'alter table sales add column till text; select 1 / 0', 'division by zero'],
    ['makes a function', 'create function total() returns int language sql return 1', 'function .*total'],
    ['makes a type', `create type mood as enum ('good')`, 'type .*mood'],
    ['gives a name too long for a prefix', `create table ${'x'.repeat(60)} (id text)`, 'longer than 63 characters'],
  ])('stay as they were when a migration %s', async (_, sql, reason) => {
    await start();
    const before = await namesInDatabase();
    await files.write('till', '0002_more.sql', sql);
    await expect(start()).rejects.toThrow(new RegExp(reason));
    expect(await namesInDatabase()).toEqual(before);
    expect(await sales('till')).toEqual([{ number: 7, state: 'open' }]);
  });
});

describe('an administrator who is no superuser', () => {
  it.each(['tables', 'schema'] as const)('makes and changes tables at the level %s', async (isolation) => {
    const rolePrefix = newId('banyan');
    const superuser = new pg.Client({ connectionString: database.url });
    await superuser.connect();
    const url = new URL(database.url);
    url.username = `${rolePrefix}_admin`;
    url.password = 'of a test';
    const layout = new DatabaseLayout({
      url: url.toString(),
      isolation,
      moduleUrls: {},
      rolePrefix,
      secret: 'of a test',
    });
    try {
      await superuser.query(`create role ${url.username} with login createrole password 'of a test'`);
      await superuser.query(`alter database ${url.pathname.slice(1)} owner to ${url.username}`);
      const startAs = (): Promise<void> =>
        migrate({ layout, modules: MODULES, folder: files.folder, waitMs: 0, log: () => undefined });
      await startAs();
      await files.write('till', '0002_states.sql', STATES);
      await startAs();
      expect(await rowsAmongTables(layout, 'till', 'select amount from payments')).toEqual([{ amount: 600 }]);
    } finally {
      const roles = [...MODULES.flatMap((module) => [layout.role(module), layout.ownerRole(module)]), url.username];
      await superuser.query(`alter database ${url.pathname.slice(1)} owner to current_user`);
      for (const role of roles) {
        await superuser.query(`drop owned by ${role} cascade; drop role ${role}`);
      }
      await superuser.end();
    }
  });
});
