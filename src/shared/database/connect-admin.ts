import pg from 'pg';
import { StartFailure } from '../errors/index.ts';

/** Oldest supported server: BullMQ's tables and `merge` need it. */
const MIN_SERVER_VERSION = 140_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;

const REMEDIES: Readonly<Record<string, string>> = {
  '28P01': 'the user or password is wrong',
  '28000': 'the user may not log in there',
  '3D000': 'there is no such database; create it',
  '42501': 'the user may not connect to that database',
};

/** Too early or too busy: worth another try until the wait is over. */
const MAY_PASS = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', '57P03', '53300']);

/** A connection as the administrator. A server that is only late is waited for; anything else fails at once. */
export async function connectAdmin(url: string, variable: string, waitMs: number): Promise<pg.Client> {
  const end = Date.now() + waitMs;
  for (;;) {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'banyan-admin',
    });
    // A connection that is lost while idle must not end the process: the next statement reports it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await checkVersion(client, variable);
      return client;
    } catch (error) {
      await closeQuietly(client);
      if (error instanceof StartFailure) throw error;
      const code = (error as { code?: string }).code ?? '';
      const message = error instanceof Error ? error.message : String(error);
      const mayPass = MAY_PASS.has(code) || /timeout|terminated unexpectedly/i.test(message);
      if (!mayPass || Date.now() + RETRY_MS > end) throw failure(url, variable, code, message);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** A connection that never came about may fail to close, too; why it did not come about is the news. */
async function closeQuietly(client: pg.Client): Promise<void> {
  await Promise.allSettled([client.end()]);
}

function failure(url: string, variable: string, code: string, message: string): StartFailure {
  const where = new URL(url);
  const reason = REMEDIES[code] ?? `the server cannot be reached (${message || code}); start it or correct the address`;
  return new StartFailure(`${variable} (${where.host}${where.pathname}) does not work: ${reason}.`);
}

async function checkVersion(client: pg.Client, variable: string): Promise<void> {
  const { rows } = await client.query<{ number: string; text: string }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as text`,
  );
  const version = rows[0];
  if (version !== undefined && Number(version.number) < MIN_SERVER_VERSION) {
    throw new StartFailure(
      `${variable} points to Postgres ${version.text}, which is too old; use version 14 or later.`,
    );
  }
}
