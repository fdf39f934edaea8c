import { Redis } from 'ioredis';
import pg from 'pg';
import { testServices, type KernelWorld } from '../../testing/index.ts';

/** Throws away whatever a world's queues hold, in Postgres and in Redis. Returns how many jobs or keys there were. */
export async function emptyQueues(world: KernelWorld): Promise<number> {
  return (await emptyPostgres(world.databaseUrl)) + (await emptyRedis(world.queuePrefix));
}

async function emptyPostgres(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('delete from bullmq.job');
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

async function emptyRedis(prefix: string): Promise<number> {
  const { redisUrl } = testServices();
  if (redisUrl === undefined) return 0;
  const client = new Redis(redisUrl);
  try {
    const keys = await client.keys(`${prefix}:*`);
    return keys.length === 0 ? 0 : await client.del(...keys);
  } finally {
    client.disconnect();
  }
}
