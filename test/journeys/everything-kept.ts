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
  const kept: Record<string, unknown> = { charges: await allCharges(shop) };
  for (const module of shop.application.modules.keys()) {
    await amongTables(shop.layout, module, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select c.relname as name from pg_class c
         where c.relkind = 'r' and pg_get_userbyid(c.relowner) = $1 order by 1`,
        [shop.layout.ownerRole(module)],
      );
      const names = tables.map(({ name }) => name.slice(shop.layout.tablePrefix(module).length));
      for (const name of names.filter((each) => !NOT_KEPT.has(each))) {
        const { rows } = await client.query<{ fingerprint: string }>(
          `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as fingerprint
           from ${name} t`,
        );
        kept[`${module}.${name}`] = rows[0]?.fingerprint;
      }
    });
  }
  return kept;
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
