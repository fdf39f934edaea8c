import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { Identity } from '../../src/modules/identity/contract/index.ts';
import { modules } from '../../src/modules/index.ts';
import { PAYMENT_PROVIDERS } from '../../src/modules/payments/payments.settings.ts';
import { Books } from '../../src/sandbox/books.ts';
import { createSandboxServer } from '../../src/sandbox/sandbox-server.ts';
import { WebhookSender } from '../../src/sandbox/webhook-sender.ts';
import { readConfig } from '../../src/shared/config/index.ts';
import { createLogger } from '../../src/shared/telemetry/index.ts';

import { freePort, TEST_ROLE_PREFIX, TEST_SECRET, type StartApplication } from '../../src/shared/testing/index.ts';
import { newId } from '../../src/shared/values/index.ts';

const ADMIN_KEY = 'bnk_a_staff_key_of_tests_alone';
const WEBHOOK_SECRET = 'a webhook secret of tests alone';
/** How long the provider takes over `tok_pending`, unless a suite says otherwise. */
const PENDING_MS = 300;

/** The whole application beside a payment provider of its own, as suites start it. */
export const startTestApplication: StartApplication = async ({
  databaseUrl,
  redisUrl,
  calls,
  dataDir,
  environment,
}) => {
  const names = modules.map(({ contract }) => contract.name);
  const config = readConfig(
    {
      DATABASE_URL: databaseUrl,
      // Suites that run side by side share the server, and must not hear each other's events.
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl, QUEUE_PREFIX: newId('tests') }),
      BANYAN_ROLE_PREFIX: TEST_ROLE_PREFIX,
      BANYAN_SECRET: TEST_SECRET,
      BANYAN_DATA_DIR: dataDir,
      RATE_LIMIT: 'off',
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      PAYMENT_TIMEOUT_MS: '1000',
      ...(calls === 'network' ? await addressesOf(names) : {}),
      ...environment,
    },
    names,
  );
  const books = await Books.open(join(dataDir, 'books.jsonl'));
  const webhook = new WebhookSender({ books, secret: WEBHOOK_SECRET });
  const sandbox = createSandboxServer({
    books,
    webhook,
    pendingMs: Number(environment?.['SANDBOX_PENDING_MS'] ?? PENDING_MS),
  });
  const sandboxUrl = `http://127.0.0.1:${await sandbox.listen(0)}`;
  const app = createApp(modules, {
    config,
    databaseUrl,
    secret: TEST_SECRET,
    logger: createLogger(config.logLevel),
    calls,
    values: [{ token: PAYMENT_PROVIDERS, value: { sandbox: { url: sandboxUrl, webhookSecret: WEBHOOK_SECRET } } }],
  });
  await app.start();
  await app.client(Identity).ensureKey({ name: 'tests', token: ADMIN_KEY, scopes: ['*'] }, app.context());
  const url = `http://127.0.0.1:${await app.listen(0, '127.0.0.1')}`;
  webhook.setUrl(`${url}/webhooks/payments/sandbox`);
  return {
    http: app.http,
    modules: app.modules,
    url,
    adminKey: ADMIN_KEY,
    sandboxUrl,
    client: (contract) => app.client(contract),
    context: () => app.context(),
    stop: async () => {
      await app.stop();
      webhook.stop();
      await sandbox.close();
      await books.close();
    },
  };
};

/** Every module at one internal port, which this process opens. */
async function addressesOf(names: readonly string[]): Promise<Record<string, string>> {
  const port = await freePort();
  const addresses = names.map((name) => [`BANYAN_URL_${name.toUpperCase()}`, `http://127.0.0.1:${port}`]);
  return { BANYAN_INTERNAL_PORT: String(port), ...Object.fromEntries(addresses) };
}
