import { createApp } from '../app.ts';
import { modules } from '../modules/index.ts';
import { system, type CallContext } from '../shared/auth/index.ts';
import type { Client } from '../shared/calls/index.ts';
import type { Config } from '../shared/config/index.ts';
import { present, StartFailure } from '../shared/errors/index.ts';
import { System } from '../shared/module/index.ts';
import { createLogger } from '../shared/telemetry/index.ts';
import { toRefusal } from './command-refused.ts';

export type Question<Answer> = (desk: Client<typeof System>, call: CallContext) => Promise<Answer>;

/**
 * Puts one question to the operator's desk, beside whatever servers work on the same databases. Nothing is migrated,
 * listened to or carried on meanwhile. Throws StartFailure or CommandRefused, whose message is a sentence.
 */
export async function askSystem<Answer>(config: Config, operator: string, ask: Question<Answer>): Promise<Answer> {
  const { url } = config.database;
  if (url === undefined) {
    throw new StartFailure(
      'DATABASE_URL is not set, and embedded Postgres belongs to the server that has started it; ask that server by its HTTP API, under /admin/v1/system, or set DATABASE_URL.',
    );
  }
  const app = createApp(modules, {
    // What a command changes goes out through the servers' queues; it works while Redis is down, too.
    config: { ...config, redisUrl: undefined },
    databaseUrl: url,
    secret: present(config.secret, 'a configuration with a DATABASE_URL has a secret'),
    // Standard output is for the answer; what goes wrong is thrown.
    logger: createLogger('silent'),
    background: false,
  });
  try {
    return await ask(app.client(System), { ...app.context(), principal: system(`operator:${operator}`) });
  } catch (error) {
    throw toRefusal(error);
  } finally {
    await app.stop();
  }
}
