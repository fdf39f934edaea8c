import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startSandbox } from '../../../sandbox/start-sandbox.ts';
import { SandboxCaller } from '../../../sandbox/test/sandbox-caller.ts';
import { webhookSignature } from '../../../sandbox/webhook-signature.ts';
import { newCallContext, system, type CallContext } from '../../../shared/auth/index.ts';
import { createClient, LocalTransport, type Client } from '../../../shared/calls/index.ts';
import { readConfig } from '../../../shared/config/index.ts';
import { migrate, type DatabaseLayout, type UnitOfWork } from '../../../shared/database/index.ts';
import { HostedModule, ModuleGraph } from '../../../shared/module/index.ts';
import { createLogger } from '../../../shared/telemetry/index.ts';
import { createTestDatabase, TEST_SECRET } from '../../../shared/testing/index.ts';
import { newId, seconds, systemClock } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { paymentsModule } from '../payments.module.ts';
import { PAYMENT_PROVIDERS } from '../payments.settings.ts';
import { ProviderProxy } from './provider-proxy.ts';

export const WEBHOOK_SECRET = 'a webhook secret of the tests';
/** Shorter than tok_slow takes to answer. */
const TIMEOUT_MS = 600;
const PENDING_MS = '300';

export interface PaymentsWorld {
  readonly payments: Client<typeof Payments>;
  readonly sandbox: SandboxCaller;
  readonly proxy: ProviderProxy;
  /** Webhooks are handed on to the module while this is true; the provider repeats what was not taken. */
  takesWebhooks: boolean;
  call(): CallContext;
  read<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  write<Result>(body: (work: UnitOfWork) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** False: without a provider. */
  readonly configured?: boolean;
  readonly capture?: 'checkout' | 'dispatch';
}

/** The module alone, on a database of its own, with the real sandbox provider behind a proxy that can fail. */
export async function openPaymentsWorld(options: WorldOptions = {}): Promise<PaymentsWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-payments-'));
  const database = await createTestDatabase({ modules: ['payments'] });
  process.env['SANDBOX_PENDING_MS'] = PENDING_MS;
  const sandbox = await startSandbox({ booksPath: join(folder, 'books.jsonl'), webhookSecret: WEBHOOK_SECRET });
  const proxy = await ProviderProxy.open(sandbox.url);
  const settings = options.configured === false ? {} : { sandbox: { url: proxy.url, webhookSecret: WEBHOOK_SECRET } };
  const { layout } = database;
  // A copy of the template has all tables; the role's search path belongs to each database and is set anew.
  await migrate({ layout, modules: ['payments'], folder: resolve('migrations'), waitMs: 0, log: () => undefined });
  const hosted = host(database.url, layout, settings, options.capture ?? 'checkout');
  const local = new LocalTransport();
  local.host('payments', hosted.pipeline);
  const call = (): CallContext =>
    newCallContext({ caller: 'http', principal: system('tests'), deadlineMs: Date.now() + seconds(30) });
  const receiver = createServer((request, response) => {
    receive(request, world).then(
      () => response.writeHead(204).end(),
      () => response.writeHead(503).end(),
    );
  });
  const world: PaymentsWorld = {
    payments: createClient(Payments, 'http', local),
    sandbox: new SandboxCaller(sandbox.url),
    proxy,
    takesWebhooks: true,
    call,
    read: (sql, values) => hosted.database.reader(call()).rows(sql, values),
    write: (body) => hosted.database.transaction(call(), body),
    close: async () => {
      await sandbox.stop();
      await proxy.close();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
      await hosted.stop();
      await hosted.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  sandbox.setWebhookUrl(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
  return world;
}

export interface WebhookChanges {
  readonly webhookId?: string;
  readonly ageMs?: number;
  readonly signature?: string;
}

/** A message as the provider would sign it, but for the changes. */
export async function sendWebhook(
  world: PaymentsWorld,
  body: object | string,
  changes: WebhookChanges = {},
): Promise<void> {
  const { webhookId = newId('evt'), ageMs = 0 } = changes;
  const rawBody = typeof body === 'string' ? body : JSON.stringify(body);
  const timestampSeconds = Math.floor((Date.now() - ageMs) / 1_000);
  const signature = changes.signature ?? webhookSignature(WEBHOOK_SECRET, webhookId, timestampSeconds, rawBody);
  const message = { provider: 'sandbox' as const, webhookId, timestamp: String(timestampSeconds), signature, rawBody };
  await world.payments.receiveWebhook(message, world.call());
}

async function receive(request: IncomingMessage, world: PaymentsWorld): Promise<void> {
  let rawBody = '';
  for await (const chunk of request) rawBody += String(chunk);
  if (!world.takesWebhooks) throw new Error('webhooks are not taken at the moment');
  const header = (name: string): string => String(request.headers[name]);
  await world.payments.receiveWebhook(
    {
      provider: 'sandbox',
      webhookId: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
      rawBody,
    },
    world.call(),
  );
}

function host(databaseUrl: string, layout: DatabaseLayout, settings: object, capture: string): HostedModule {
  const environment = {
    DATABASE_URL: databaseUrl,
    PAYMENT_TIMEOUT_MS: String(TIMEOUT_MS),
    PAYMENT_CAPTURE: capture,
    LOG_LEVEL: 'silent',
  };
  const config = readConfig(environment, ['payments']);
  const nothing = (): Promise<void> => Promise.resolve();
  return new HostedModule(paymentsModule, {
    config,
    secret: TEST_SECRET,
    databaseUrl: layout.moduleUrl('payments'),
    tablePrefix: layout.tablePrefix('payments'),
    graph: new ModuleGraph([paymentsModule]),
    // Nobody hears events here: the outbox keeps them, where the tests look.
    transport: {
      start: nothing,
      send: nothing,
      acknowledge: nothing,
      generation: () => Promise.resolve('none'),
      receive: nothing,
      schedule: nothing,
      stopReceiving: nothing,
      close: nothing,
    },
    calls: new LocalTransport(),
    acknowledge: nothing,
    clock: systemClock,
    logger: createLogger('silent'),
    values: [{ token: PAYMENT_PROVIDERS, value: settings }],
    background: false,
  });
}
