import { expect } from '@jest/globals';
import pg from 'pg';
import { eventually, type World } from '../../src/shared/testing/index.ts';
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
  const client = new pg.Client({ connectionString: shop.databaseUrl });
  await client.connect();
  try {
    const kept: Record<string, unknown> = { charges: await allCharges(shop) };
    const { rows: tables } = await client.query<{ schema: string; name: string }>(
      'select schemaname as schema, tablename as name from pg_tables where schemaname = any($1) order by 1, 2',
      [[...shop.application.modules.keys()]],
    );
    for (const { schema, name } of tables.filter(({ name }) => !NOT_KEPT.has(name))) {
      const { rows } = await client.query<{ fingerprint: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as fingerprint
         from ${schema}.${name} t`,
      );
      kept[`${schema}.${name}`] = rows[0]?.fingerprint;
    }
    return kept;
  } finally {
    await client.end();
  }
}

/** Everything that events bring about has been brought about. */
export async function untilQuiet(shop: World): Promise<void> {
  const client = new pg.Client({ connectionString: shop.databaseUrl });
  await client.connect();
  try {
    await eventually(async () => {
      for (const module of shop.application.modules.keys()) {
        const { rows } = await client.query(`select event_id from ${module}.deliveries where state <> 'acknowledged'`);
        expect(rows).toEqual([]);
      }
    });
  } finally {
    await client.end();
  }
}
