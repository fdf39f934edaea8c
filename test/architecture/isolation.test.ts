import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrateAll } from '../../src/app.ts';
import { modules } from '../../src/modules/index.ts';
import { ISOLATION_LEVELS, readConfig } from '../../src/shared/config/index.ts';
import { BUS } from '../../src/shared/database/index.ts';
import { createTestDatabase, type TestDatabase } from '../../src/shared/testing/index.ts';
import { attemptsOn, thingsOf, tryAll, tryAllAsOwner, type Things } from './attempts.ts';
import { judgeIsolation, ownersIn, type Owner } from './judge-isolation.ts';
import { plantsAt } from './isolation-plants.ts';

const TEST_LIMIT_MS = 60_000;
const INSUFFICIENT_PRIVILEGE = '42501';
/** On one other module: it has a dozen tables, and there are several ways to each. */
const ATTEMPTS_AT_LEAST = 50;
const moduleNames = modules.map(({ contract }) => contract.name);
const names = [...moduleNames, BUS];

describe.each(ISOLATION_LEVELS)('a module’s data, kept apart by %s', (isolation) => {
  let database: TestDatabase;
  let owners: readonly Owner[];
  const administrators = new Map<string, pg.Client>();
  const things = new Map<string, Things>();

  const administratorOf = (name: string): pg.Client => {
    const client = administrators.get(database.layout.adminUrl(name));
    if (client === undefined) throw new Error(`nobody has connected to the database of ${name}`);
    return client;
  };
  /** Whose database it is, where each has one. */
  const alone = (name: string): string | undefined => (isolation === 'server' ? name : undefined);

  beforeAll(async () => {
    database = await createTestDatabase({ isolation });
    // Also where a template has the tables: what belongs to the database itself is not copied with it.
    await migrateAll(readConfig(database.settings, moduleNames), database.layout, moduleNames, () => undefined);
    owners = ownersIn(database.layout, moduleNames);
    for (const owner of owners) {
      const url = database.layout.adminUrl(owner.name);
      const client = administrators.get(url) ?? new pg.Client({ connectionString: url });
      if (!administrators.has(url)) await client.connect();
      administrators.set(url, client);
      things.set(owner.name, await thingsOf(client, owner));
    }
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    for (const client of administrators.values()) await client.end();
    await database.drop();
  }, TEST_LIMIT_MS);

  /** The others in the same database, and what they have there. */
  const othersBeside = (name: string) =>
    owners
      .filter((owner) => owner.name !== name && database.layout.adminUrl(owner.name) === database.layout.adminUrl(name))
      .map((owner) => ({ owner, things: things.get(owner.name) ?? { tables: [], sequences: [], calls: [] } }));

  it('is open to its own roles alone, as the catalogue of the database has it', async () => {
    for (const { name } of owners) expect({ name, tables: things.get(name)?.tables }).not.toEqual({ name, tables: [] });
    for (const { name } of isolation === 'server' ? owners : owners.slice(0, 1)) {
      expect(await judgeIsolation(administratorOf(name), owners, alone(name))).toEqual([]);
    }
  });

  it.each(names)(
    'of every other one is closed to whoever logs in as %s, and to its migrations',
    async (name) => {
      const { layout } = database;
      const others = othersBeside(name);
      const client = new pg.Client({ connectionString: layout.moduleUrl(name) });
      await client.connect();
      try {
        await client.query(`select from ${things.get(name)?.tables[0]?.name}`);
        const attempts = others.flatMap((other) => attemptsOn(other.owner, other.things));
        expect(await tryAll(client, attempts)).toBeGreaterThanOrEqual(others.length * ATTEMPTS_AT_LEAST);
      } finally {
        await client.end();
      }
      await tryAllAsOwner(administratorOf(name), layout.ownerRole(name), others);
      for (const other of names.filter((each) => layout.adminUrl(each) !== layout.adminUrl(name))) {
        const url = new URL(layout.moduleUrl(name));
        url.host = new URL(layout.adminUrl(other)).host;
        url.pathname = new URL(layout.adminUrl(other)).pathname;
        const stranger = new pg.Client({ connectionString: url.toString() });
        await expect(stranger.connect()).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
      }
    },
    TEST_LIMIT_MS,
  );

  it.each(plantsAt(isolation))('is found to be open after: $statement', async ({ statement, fault }) => {
    const administrator = administratorOf('inventory');
    // Roles belong to the whole server, so that a plant must never be committed.
    await administrator.query('begin');
    try {
      await administrator.query(statement);
      expect(await judgeIsolation(administrator, owners, alone('inventory'))).toEqual(
        expect.arrayContaining([expect.stringMatching(fault)]),
      );
    } finally {
      await administrator.query('rollback');
    }
  });
});
