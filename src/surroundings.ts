import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAYMENT_PROVIDERS, type PaymentProviderSettings } from './modules/payments/payments.settings.ts';
import { startSandbox, type RunningSandbox } from './sandbox/start-sandbox.ts';
import { deriveSecret } from './shared/auth/index.ts';
import type { Config } from './shared/config/index.ts';
import { EmbeddedPostgresFailure, startEmbeddedPostgres } from './shared/database/embedded/start-embedded-postgres.ts';
import { StartFailure } from './shared/errors/index.ts';
import type { ProvidedValue } from './shared/module/index.ts';

/** What a process needs around it and starts itself where the configuration names nothing: Postgres, the sandbox provider. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly embedded: boolean;
  readonly secret: string;
  readonly adminKey: string | undefined;
  readonly values: readonly ProvidedValue[];
  /** Of the sandbox provider, where there is one: what other processes are told of it. */
  readonly sandbox: { readonly url: string; readonly webhookSecret: string } | undefined;
  /** Sentences that the operator should read. */
  readonly notices: readonly string[];
  /** Tells the sandbox where the app listens, for its webhooks. */
  announce(port: number): void;
  stop(): Promise<void>;
}

/** Throws StartFailure, whose message names the variable and the remedy. */
export async function prepareSurroundings(config: Config): Promise<Surroundings> {
  const needsFolder = config.database.url === undefined || config.payments.startSandbox || config.secret === undefined;
  if (needsFolder) prepareFolder(config.dataDir);
  const postgres = config.database.url === undefined ? await startPostgres(config.dataDir) : undefined;
  const secret = config.secret ?? keptText(join(config.dataDir, 'secret'), () => randomBytes(32).toString('base64url'));
  let sandbox: RunningSandbox | undefined;
  const { sandboxUrl, sandboxWebhookSecret } = config.payments;
  const webhookSecret = sandboxWebhookSecret ?? deriveSecret(secret, 'sandbox-webhooks');
  if (config.payments.startSandbox) {
    sandbox = await startSandbox({ booksPath: join(config.dataDir, 'sandbox', 'books.jsonl'), webhookSecret });
  }
  return {
    databaseUrl: postgres?.url ?? (config.database.url as string),
    embedded: postgres !== undefined,
    secret,
    adminKey:
      config.adminKey ??
      (postgres === undefined
        ? undefined
        : keptText(join(config.dataDir, 'admin-key'), () => `bnk_${randomBytes(32).toString('base64url')}`)),
    values: [{ token: PAYMENT_PROVIDERS, value: providersAt(sandbox?.url ?? sandboxUrl, webhookSecret) }],
    sandbox: providersAt(sandbox?.url ?? sandboxUrl, webhookSecret).sandbox,
    notices: postgres?.notices ?? [],
    announce: (port) => sandbox?.setWebhookUrl(`http://127.0.0.1:${port}/webhooks/payments/sandbox`),
    stop: async () => {
      await sandbox?.stop();
      await postgres?.stop();
    },
  };
}

function providersAt(sandboxUrl: string | undefined, webhookSecret: string): PaymentProviderSettings {
  return sandboxUrl === undefined ? {} : { sandbox: { url: sandboxUrl, webhookSecret } };
}

async function startPostgres(dataDir: string) {
  try {
    return await startEmbeddedPostgres({ dataDir });
  } catch (error) {
    if (error instanceof EmbeddedPostgresFailure) throw new StartFailure(error.message, { cause: error });
    throw error;
  }
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartFailure(
      `BANYAN_DATA_DIR (${folder}) cannot be written (${reason}); give it another folder or the rights.`,
    );
  }
}

/** A text that is made once and kept, readable by this user alone. */
function keptText(path: string, make: () => string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const text = make();
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return text;
}
