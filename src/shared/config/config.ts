import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { StartFailure } from '../errors/index.ts';
import { seconds } from '../values/index.ts';
import { checkServers, type IsolationLevel } from './isolation.ts';
import { Environment, type Variables } from './environment.ts';
import { readAddresses, readDatabaseUrls, readForeign, readModules } from './of-modules.ts';
import { readPlacement, type Placement } from './read-placement.ts';
import { readRoles, type Role } from './roles.ts';
import { readProxies } from './read-proxies.ts';

export interface Config {
  readonly http: {
    readonly port: number;
    readonly host: string;
    readonly rateLimit: boolean;
    /** Whose word on who the client is counts. */
    readonly trustedProxies: readonly string[];
  };
  readonly database: {
    /** Absent: embedded. */
    readonly url: string | undefined;
    readonly isolation: IsolationLevel;
    readonly moduleUrls: Readonly<Record<string, string>>;
    readonly rolePrefix: string | undefined;
    readonly poolSize: number;
    readonly waitMs: number;
    readonly migrateOnStart: boolean;
  };
  readonly redisUrl: string | undefined;
  /** Absent: named after the database roles. */
  readonly queuePrefix: string | undefined;
  readonly adminKey: string | undefined;
  readonly secret: string | undefined;
  readonly dataDir: string;
  /** Absent: all. */
  readonly modules: readonly string[] | undefined;
  /** What this process does for the modules that it hosts. */
  readonly roles: ReadonlySet<Role>;
  /** Absent: this process hosts its modules itself. */
  readonly split: Placement | undefined;
  /** Absent: there is only one. */
  readonly processName: string | undefined;
  readonly calls: {
    /** Absent: no other process calls this one. */
    readonly port: number | undefined;
    readonly host: string;
    /** Where modules answer that run elsewhere, by their names. */
    readonly addresses: ReadonlyMap<string, readonly string[]>;
    /** Where services in other languages answer for the modules whose place they take. */
    readonly foreign: ReadonlyMap<string, readonly string[]>;
  };
  readonly payments: {
    readonly startSandbox: boolean;
    /** Of a sandbox provider that runs already. */
    readonly sandboxUrl: string | undefined;
    readonly sandboxWebhookSecret: string | undefined;
    readonly timeoutMs: number;
    readonly capture: 'checkout' | 'dispatch';
  };
  readonly sagas: { readonly leaseMs: number; readonly checkoutWaitMs: number };
  readonly retention: { readonly eventDays: number; readonly idempotencyDays: number; readonly sagaDays: number };
  readonly shutdownMs: number;
  readonly logLevel: Variables['LOG_LEVEL'];
}

/** The configuration in an environment. Throws StartFailure with a sentence per faulty variable. */
export function readConfig(environment: NodeJS.ProcessEnv, knownModules: readonly string[]): Config {
  // An empty variable is how many deployment tools say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
    throw new StartFailure(sentences.join(' '));
  }
  const variables = parsed.data;
  const modules = readModules(variables.BANYAN_MODULES, knownModules);
  const moduleUrls = readDatabaseUrls(given, knownModules);
  if (variables.DATA_ISOLATION === 'server') {
    const queuesInPostgres = variables.REDIS_URL === undefined;
    checkServers({ url: variables.DATABASE_URL, moduleUrls, hosted: modules ?? knownModules, queuesInPostgres });
  }
  return {
    http: {
      port: variables.PORT,
      host: variables.HOST,
      rateLimit: variables.RATE_LIMIT === 'on',
      trustedProxies: readProxies(variables.TRUSTED_PROXIES),
    },
    database: {
      url: variables.DATABASE_URL,
      isolation: variables.DATA_ISOLATION,
      moduleUrls,
      rolePrefix: variables.BANYAN_ROLE_PREFIX,
      poolSize: variables.DATABASE_POOL_SIZE,
      waitMs: seconds(variables.DATABASE_WAIT_SECONDS),
      migrateOnStart: variables.MIGRATE_ON_START,
    },
    redisUrl: variables.REDIS_URL,
    queuePrefix: variables.QUEUE_PREFIX,
    adminKey: variables.BANYAN_ADMIN_KEY,
    secret: variables.BANYAN_SECRET ?? deriveSecret(variables.DATABASE_URL),
    dataDir: resolve(variables.BANYAN_DATA_DIR),
    modules,
    roles: readRoles(variables.BANYAN_ROLES),
    split: variables.BANYAN_SPLIT ? readPlacement(variables.BANYAN_PLACEMENT, knownModules) : undefined,
    processName: variables.BANYAN_PROCESS,
    calls: {
      port: variables.BANYAN_INTERNAL_PORT,
      host: variables.BANYAN_INTERNAL_HOST,
      addresses: readAddresses(given, knownModules),
      foreign: readForeign(given, knownModules),
    },
    payments: {
      startSandbox: startsSandbox(variables),
      sandboxUrl: variables.SANDBOX_URL,
      sandboxWebhookSecret: variables.SANDBOX_WEBHOOK_SECRET,
      timeoutMs: variables.PAYMENT_TIMEOUT_MS,
      capture: variables.PAYMENT_CAPTURE,
    },
    sagas: { leaseMs: variables.SAGA_LEASE_MS, checkoutWaitMs: variables.CHECKOUT_WAIT_MS },
    retention: {
      eventDays: variables.EVENT_RETENTION_DAYS,
      idempotencyDays: variables.IDEMPOTENCY_RETENTION_DAYS,
      sagaDays: variables.SAGA_RETENTION_DAYS,
    },
    shutdownMs: seconds(variables.SHUTDOWN_SECONDS),
    logLevel: variables.LOG_LEVEL,
  };
}

function startsSandbox(variables: Variables): boolean {
  if (variables.SANDBOX_URL !== undefined) return false;
  return variables.PAYMENT_SANDBOX === undefined
    ? variables.DATABASE_URL === undefined
    : variables.PAYMENT_SANDBOX === 'true';
}

function deriveSecret(databaseUrl: string | undefined): string | undefined {
  if (databaseUrl === undefined) return undefined;
  return createHash('sha256').update(`banyan:${databaseUrl}`).digest('base64url');
}
