import { Redis } from 'ioredis';
import { StartFailure } from '../errors/index.ts';

const RETRY_MS = 250;
const CONNECT_TIMEOUT_MS = 5_000;
/** BullMQ's oldest supported Redis. */
const MIN_MAJOR_VERSION = 6;

/**
 * Redis must be there and must keep what it is given: one that evicts keys loses jobs without a word. A server that
 * is only late is waited for. Throws StartFailure.
 */
export async function checkRedis(url: string, waitMs: number): Promise<void> {
  const end = Date.now() + waitMs;
  for (;;) {
    const failure = await tryOnce(url);
    if (failure === undefined) return;
    const hopeless = /WRONGPASS|NOAUTH|NOPERM/.test(failure);
    if (hopeless || Date.now() + RETRY_MS > end) {
      throw new StartFailure(
        `REDIS_URL (${new URL(url).host}) does not work: ${failure}; start Redis there or correct the address.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Undefined when all is well, else why not. Throws StartFailure for a server that will never do. */
async function tryOnce(url: string): Promise<string | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
  });
  let reason: string | undefined;
  client.on('error', (error: Error) => {
    reason = error.message === '' ? (error as { code?: string }).code : error.message;
  });
  try {
    await client.connect();
    checkSettings(await client.info(), new URL(url).host);
    return undefined;
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    return reason ?? (error instanceof Error ? error.message : String(error));
  } finally {
    client.disconnect();
  }
}

function checkSettings(info: string, host: string): void {
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    throw new StartFailure(
      `REDIS_URL (${host}) runs with maxmemory-policy ${policy}, which drops jobs; set it to noeviction.`,
    );
  }
  const version = /redis_version:(\S+)/.exec(info)?.[1];
  if (version !== undefined && Number.parseInt(version, 10) < MIN_MAJOR_VERSION) {
    throw new StartFailure(
      `REDIS_URL (${host}) is Redis ${version}, which is too old; use ${MIN_MAJOR_VERSION}.2 or later.`,
    );
  }
}
