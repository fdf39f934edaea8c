import { expect } from '@jest/globals';
import { amongTables, eventually, rowsAmongTables, type World } from '../../src/shared/testing/index.ts';
import { allCharges } from './shop.ts';

/** What a refused request may write: that its key was refused. The rest is the machinery's own business. */
const NOT_KEPT = new Set([
  'idempotency_keys',
  'deliveries',
  'schedule_firings',
  'queue_generation',
  'schema_migrations',
]);

/** Every row of every module, as one fingerprint per table, and the provider's books. */
export async function everythingKept(shop: World): Promise<Record<string, unknown>> {
  const modules = [...shop.application.modules.keys()];
  const tables = await Promise.all(modules.map((module) => fingerprintsOf(shop, module)));
  return Object.assign({ charges: await allCharges(shop) }, ...tables) as Record<string, unknown>;
}

async function fingerprintsOf({ layout }: World, module: string): Promise<Record<string, string>> {
  return await amongTables(layout, module, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c
       where c.relkind = 'r' and pg_get_userbyid(c.relowner) = $1 order by 1`,
      [layout.ownerRole(module)],
    );
    const names = tables.map(({ name }) => name.slice(layout.tablePrefix(module).length));
    const fingerprints = names
      .filter((name) => !NOT_KEPT.has(name))
      .map(
        (name) =>
          `select '${module}.${name}' as name,
             count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as fingerprint
           from ${name} t`,
      );
    const { rows } = await client.query<{ name: string; fingerprint: string }>(fingerprints.join(' union all '));
    return Object.fromEntries(rows.map(({ name, fingerprint }) => [name, fingerprint]));
  });
}

/** Everything that events bring about has been brought about. */
export async function untilQuiet(shop: World): Promise<void> {
  await eventually(async () => {
    for (const module of shop.application.modules.keys()) {
      const open = `select event_id from deliveries where state <> 'acknowledged'`;
      expect(await rowsAmongTables(shop.layout, module, open)).toEqual([]);
    }
  });
}
