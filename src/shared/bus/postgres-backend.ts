import { withBackend } from 'bullmq';
import pg from 'pg';
import { SteadyClient } from '../database/index.ts';
import { StartFailure } from '../errors/index.ts';
import { minutes, newId, seconds } from '../values/index.ts';
import {
  OPERATION_TIMEOUT_MS,
  workerOptions,
  type JobData,
  type QueueBackend,
  type QueueLike,
  type WorkerLike,
} from './queue-backend.ts';
import { createWakefulBackend } from './wakeful-backend.ts';

/** The bus's own connections to Postgres: each worker keeps one to listen on. */
const POOL_SIZE = 24;
/**
 * BullMQ reckons the locks of jobs on Postgres by the clock of the process. One that is further ahead than a lock
 * lasts would take jobs that others are at.
 */
const MAX_CLOCK_SKEW_MS = seconds(2);
const SKEW_WARNING_PAUSE_MS = minutes(1);
const GENERATION_ID = 'gen';

/** A row among BullMQ's own, which goes when its tables are emptied: the server's start would not tell. */
const NAME_TABLES = `insert into meta (queue, field, value) values ('', 'generation', $1) on conflict do nothing`;

/**
 * Queues in Postgres, in the schema `bullmq`, as the bus's own role: one pool for all queues and workers. `Client`: what
 * speaks to the server, which a test may have break at a moment of its choice.
 */
export function postgresBackend(
  url: string,
  onError: (error: Error) => void,
  Client: typeof SteadyClient = SteadyClient,
): QueueBackend {
  const pool = new pg.Pool({
    connectionString: url,
    Client,
    max: POOL_SIZE,
    application_name: 'banyan-bus',
    connectionTimeoutMillis: OPERATION_TIMEOUT_MS,
    query_timeout: OPERATION_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', onError);
  // Every queue and every worker listens to the pool for errors; that many listeners are meant.
  pool.setMaxListeners(0);
  const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createWakefulBackend);
  // A pool is what BullMQ asks for; its declared type wants an index signature that the driver's types lack.
  const connection = pool as unknown as ConstructorParameters<typeof PostgresQueue>[1]['connection'];
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return {
    queue: (name) => new PostgresQueue<JobData>(name, { connection }) as unknown as QueueLike,
    worker: (name, handle) =>
      new PostgresWorker<JobData>(name, handle as never, { ...workerOptions, connection }) as unknown as WorkerLike,
    check: async () => {
      const { skewMs } = await look(pool);
      if (Math.abs(skewMs) > MAX_CLOCK_SKEW_MS) throw new StartFailure(`${describeSkew(skewMs)}; set the clock right.`);
    },
    generation: async () => {
      await pool.query(NAME_TABLES, [newId(GENERATION_ID)]);
      const { name, skewMs } = await look(pool);
      if (Math.abs(skewMs) > MAX_CLOCK_SKEW_MS && performance.now() - warnedAtMs > SKEW_WARNING_PAUSE_MS) {
        warnedAtMs = performance.now();
        onError(new Error(describeSkew(skewMs)));
      }
      return name;
    },
    close: async () => {
      await pool.end();
    },
  };
}

/** What the tables are called and since when the server runs, after a crash anew; how far our clock is ahead of its own. */
async function look(pool: pg.Pool): Promise<{ name: string; skewMs: number }> {
  const askedAtMs = Date.now();
  const { rows } = await pool.query<{ name: string; nowMs: number }>(
    `select concat((select value from meta where queue = '' and field = 'generation'), ' ',
                   pg_postmaster_start_time()) as name,
            (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`,
  );
  const answeredAtMs = Date.now();
  const [row] = rows;
  return { name: row?.name ?? '', skewMs: (askedAtMs + answeredAtMs) / 2 - (row?.nowMs ?? askedAtMs) };
}

function describeSkew(skewMs: number): string {
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  const shown = (Math.abs(skewMs) / seconds(1)).toFixed(1);
  const limit = MAX_CLOCK_SKEW_MS / seconds(1);
  return `This machine's clock is ${shown} s ${direction} the database server's, and at most ${limit} s are allowed with queues in Postgres`;
}
