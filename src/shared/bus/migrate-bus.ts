import { runMigrations } from 'bullmq';
import pg from 'pg';
import { againIfChangedMeanwhile, BUS, connectAdmin, provisionModule, type DatabaseLayout } from '../database/index.ts';

/** BullMQ's tables, in their schema, usable by the bus's role alone: they hold every event that is on its way. */
export async function migrateBus(layout: DatabaseLayout, waitMs: number): Promise<void> {
  const client = await connectAdmin(layout.adminUrl(BUS), layout.variable(BUS), waitMs);
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [BUS]);
    await provisionModule(client, layout, BUS);
    const schema = layout.schema(BUS);
    await runMigrations(client, schema);
    const role = pg.escapeIdentifier(layout.role(BUS));
    // The outbox sends again what the queues lose, so that they need not wait for the disk.
    await againIfChangedMeanwhile(() => client.query(`alter role ${role} set synchronous_commit = off`));
    // BullMQ makes a sequence for the job ids of each queue when the queue is first used.
    await client.query(`grant create on schema ${pg.escapeIdentifier(schema)} to ${role}`);
    for (const kind of ['tables', 'sequences', 'functions']) {
      await client.query(`grant all on all ${kind} in schema ${pg.escapeIdentifier(schema)} to ${role}`);
    }
  } finally {
    await client.end();
  }
}
