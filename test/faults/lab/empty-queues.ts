import { Redis } from 'ioredis';
import type { RedisLab } from './redis-lab.ts';
import type { TillLab } from './till-lab.ts';

const DEADLOCK_DETECTED = '40P01';
const MAX_ATTEMPTS = 5;

/** All that the queues hold is gone: jobs, schedules, whatever else. Returns how many rows or keys that were. */
export async function emptyQueues(lab: TillLab, redis: RedisLab | undefined): Promise<number> {
  return redis === undefined ? await emptyPostgres(lab) : await emptyRedis(redis);
}

async function emptyPostgres(lab: TillLab): Promise<number> {
  const tables = await lab.rows<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = 'bullmq' and tablename <> 'migration'`,
  );
  const emptied = tables.map(({ name }, index) => `gone${index} as (delete from ${name} returning 1)`);
  const counts = tables.map((_, index) => `(select count(*) from gone${index})`);
  const sql = `with ${emptied.join(', ')} select ${counts.join(' + ')} as count`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [row] = await lab.rows<{ count: number }>(sql);
      return row?.count ?? 0;
    } catch (error) {
      // Workers hold rows in another order than this.
      if ((error as { code?: string }).code !== DEADLOCK_DETECTED || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

async function emptyRedis(redis: RedisLab): Promise<number> {
  const client = new Redis(redis.url, { retryStrategy: () => null });
  try {
    const keys = await client.dbsize();
    await redis.flush();
    return keys;
  } finally {
    client.disconnect();
  }
}
