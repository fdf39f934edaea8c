import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { modules } from '../../src/modules/index.ts';
import { BUS, DatabaseLayout } from '../../src/shared/database/index.ts';
import {
  createTestDatabase,
  TEST_ROLE_PREFIX,
  TEST_SECRET,
  type TestDatabase,
} from '../../src/shared/testing/index.ts';
import { judgeIsolation, type Owner } from './judge-isolation.ts';

const TEST_LIMIT_MS = 60_000;
const INSUFFICIENT_PRIVILEGE = '42501';
const names = [...modules.map(({ contract }) => contract.name), BUS];

describe('a module’s data', () => {
  let database: TestDatabase;
  let layout: DatabaseLayout;
  let administrator: pg.Client;
  let owners: readonly Owner[];

  beforeAll(async () => {
    database = await createTestDatabase();
    layout = new DatabaseLayout({
      url: database.url,
      moduleUrls: {},
      rolePrefix: TEST_ROLE_PREFIX,
      secret: TEST_SECRET,
    });
    owners = names.map((name) => ({
      name,
      schema: layout.schema(name),
      role: layout.role(name),
      ownerRole: layout.ownerRole(name),
    }));
    administrator = new pg.Client({ connectionString: database.url });
    await administrator.connect();
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await administrator.end();
    await database.drop();
  }, TEST_LIMIT_MS);

  const tablesOf = async (schema: string): Promise<string[]> => {
    const { rows } = await administrator.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1 order by 1',
      [schema],
    );
    return rows.map(({ name }) => name);
  };

  it('is open to its own role alone, as the catalogue of the database has it', async () => {
    for (const { schema } of owners)
      expect({ schema, tables: await tablesOf(schema) }).not.toEqual({ schema, tables: [] });
    expect(await judgeIsolation(administrator, owners)).toEqual([]);
  });

  it.each(names)(
    'of every other one is closed to whoever logs in as %s',
    async (name) => {
      const client = new pg.Client({ connectionString: layout.moduleUrl(name) });
      await client.connect();
      try {
        const own = (await tablesOf(layout.schema(name)))[0];
        await client.query(`select from ${layout.schema(name)}.${own}`);
        for (const other of owners.filter((owner) => owner.name !== name)) {
          const attempts = [
            `create table ${other.schema}.intruder (id text)`,
            `set role ${other.role}`,
            `set role ${other.ownerRole}`,
            ...(await tablesOf(other.schema)).flatMap((table) => [
              `select from ${other.schema}.${table}`,
              `insert into ${other.schema}.${table} default values`,
              `delete from ${other.schema}.${table}`,
              `drop table ${other.schema}.${table}`,
              `create table ${layout.schema(name)}.reference (like ${other.schema}.${table})`,
            ]),
          ];
          for (const attempt of attempts) {
            await expect(client.query(attempt)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
          }
        }
      } finally {
        await client.end();
      }
    },
    TEST_LIMIT_MS,
  );

  const catalog = roleOf('catalog');
  it.each([
    [`grant usage on schema inventory to ${catalog}`, /catalog has USAGE on inventory/],
    [`grant create on schema inventory to ${catalog}`, /catalog has CREATE on inventory/],
    [`grant select on inventory.stock_items to ${catalog}`, /catalog has SELECT on inventory\.stock_items/],
    [`grant references on inventory.stock_items to ${catalog}`, /catalog has REFERENCES on inventory\.stock_items/],
    [`grant update (sku) on inventory.stock_items to ${catalog}`, /catalog has UPDATE on inventory\.stock_items/],
    [`grant truncate on inventory.stock_items to public`, /bus has TRUNCATE on inventory\.stock_items/],
    [
      `grant usage on all sequences in schema inventory to ${catalog}`,
      /catalog has USAGE on inventory\.ledger_entries_id_seq/,
    ],
    [`grant ${roleOf('inventory')}_owner to ${catalog}`, /catalog has MEMBER on banyan_test_inventory_owner/],
    [`grant create on schema public to ${catalog}`, /catalog has CREATE on public/],
    [`alter role ${catalog} createrole`, /catalog has CREATEROLE on everything/],
    [
      'alter table fulfilment.shipments add column planted text references inventory.locations (code)',
      /FOREIGN KEY on fulfilment\.shipments to inventory\.locations/,
    ],
    [
      'create view fulfilment.planted as select * from inventory.stock_items',
      /VIEW on fulfilment\.planted on inventory/,
    ],
  ])('is found to be open after: %s', async (planted, fault) => {
    // Roles belong to the whole server, so that a plant must never be committed.
    await administrator.query('begin');
    try {
      await administrator.query(planted);
      expect(await judgeIsolation(administrator, owners)).toEqual(
        expect.arrayContaining([expect.stringMatching(fault)]),
      );
    } finally {
      await administrator.query('rollback');
    }
  });
});

/** A module's role in these tests, before there is a database. */
function roleOf(name: string): string {
  return `${TEST_ROLE_PREFIX}_${name}`;
}
