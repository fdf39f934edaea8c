import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';

const DATABASE = 'banyan';
const CONNECT_LIMIT_MS = 5_000;
const CONNECT_ATTEMPTS = 20;
const CONNECT_PAUSE_MS = 50;
const WRONG_PASSWORD = '28P01';

/** Connects for real, makes the database on the first start, and answers its superuser URL. */
export async function openBanyanDatabase(port: number, password: string, dataDir: string): Promise<string> {
  const client = await connect(urlOf(port, password, 'postgres'), dataDir);
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
  return urlOf(port, password, DATABASE);
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function connect(url: string, dataDir: string): Promise<Client> {
  let last: unknown;
  for (let attempt = 0; attempt < CONNECT_ATTEMPTS; attempt += 1) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
    try {
      await client.connect();
      return client;
    } catch (error) {
      last = error;
      if (errorCode(error) === WRONG_PASSWORD) break;
      await pause(CONNECT_PAUSE_MS);
    }
  }
  const why =
    errorCode(last) === WRONG_PASSWORD
      ? `does not accept the password in ${dataDir}/postgres.password; put the right one back`
      : `does not answer (${String(last)}); look at ${dataDir}/postgres.log`;
  throw new EmbeddedPostgresFailure(`The Postgres server ${why}, or name another folder with BANYAN_DATA_DIR.`, {
    cause: last,
  });
}
