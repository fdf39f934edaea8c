import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { modules } from '../../src/modules/index.ts';
import { BUS } from '../../src/shared/database/index.ts';
import { ownServers, startWorld, type World } from '../../src/shared/testing/index.ts';
import { purchases } from '../journeys/purchases.ts';

const START_LIMIT_MS = 180_000;
const names = modules.map(({ contract }) => contract.name);
/** The password is wrong, or there is no such role: Postgres does not tell a stranger which. */
const WRONG_PASSWORD = '28P01';

describe('a shop with a database server for each module', () => {
  let world: World;
  let stop: () => Promise<void> = () => Promise.resolve();
  beforeAll(async () => {
    const placement = { name: 'a server for each module', calls: 'network', queues: 'postgres' } as const;
    ({ world, stop } = await startWorld(placement, {}, () => ownServers(names)));
  }, START_LIMIT_MS);
  afterAll(() => stop(), START_LIMIT_MS);

  purchases(() => world);

  it('has one for each, and on each the roles of its module alone', async () => {
    const all = [...names, BUS];
    const hosts = all.map((name) => new URL(world.layout.adminUrl(name)).host);
    expect(new Set(hosts).size).toBe(all.length);
    for (const name of all) {
      const client = new pg.Client({ connectionString: world.layout.adminUrl(name) });
      await client.connect();
      const { rows } = await client.query<{ role: string }>(
        `select rolname as role from pg_roles where rolname !~ '^pg_' and rolname <> current_user order by 1`,
      );
      await client.end();
      expect(rows.map(({ role }) => role)).toEqual([world.layout.role(name), world.layout.ownerRole(name)]);
    }
  });

  it.each(names)('lets %s log in at no server but its own', async (name) => {
    for (const other of [...names, BUS].filter((each) => each !== name)) {
      const url = new URL(world.layout.moduleUrl(name));
      url.host = new URL(world.layout.adminUrl(other)).host;
      const stranger = new pg.Client({ connectionString: url.toString() });
      await expect(stranger.connect()).rejects.toMatchObject({ code: WRONG_PASSWORD });
    }
  });
});
