import { z } from 'zod';
import { seconds } from '../values/index.ts';
import { ISOLATION_LEVELS } from './isolation.ts';
import { postgresUrl } from './of-modules.ts';

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true');

const count = (min: number, max: number, fallback: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int()
    .min(min)
    .max(max)
    .default(fallback);

const redisUrl = z.url({ protocol: /^rediss?$/, error: 'must be a URL such as redis://host:6379' });

/** Every environment variable that Banyan reads, with its meaning. `docs/configuration.md` is made from this. */
export const Environment = z.object({
  PORT: count(0, 65_535, 3000).describe('Port of the public API; 0 takes a free one'),
  HOST: z.string().min(1).default('0.0.0.0').describe('Address that the public API listens on'),
  DATABASE_URL: postgresUrl
    .optional()
    .describe('Postgres, as a role that may create roles and schemas; without it embedded Postgres is started'),
  REDIS_URL: redisUrl.optional().describe('Redis for the queues; without it they live in Postgres'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, 'must be lower-case letters, digits, _ and -')
    .optional()
    .describe("First part of the queues' names in Redis; default: banyan and the database role of the queues"),
  BANYAN_ADMIN_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .max(200)
    .optional()
    .describe('The first staff key, with every scope'),
  BANYAN_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe(
      'From which database passwords and order tokens are derived; default: derived from DATABASE_URL, or made once and kept in the data folder',
    ),
  BANYAN_DATA_DIR: z
    .string()
    .min(1)
    .default('.banyan')
    .describe("Folder of embedded Postgres and of the sandbox provider's books"),
  BANYAN_MODULES: z.string().optional().describe('Modules to host, separated by commas; default: all'),
  BANYAN_ROLES: z
    .string()
    .optional()
    .describe('What this process does for its modules: some of http, sagas, subscribers; default: all'),
  BANYAN_SPLIT: flag(false).describe('Start a process for each module or group of modules, behind one public port'),
  BANYAN_PLACEMENT: z
    .string()
    .optional()
    .describe('File that says which modules share a process in a split; default: each has its own'),
  BANYAN_PROCESS: z.string().max(50).optional().describe('Name of this process in its logs; a split gives one to each'),
  BANYAN_INTERNAL_PORT: z.coerce
    .number({ error: 'must be a port from 0 to 65535' })
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      "Port where other processes call this one's modules, beside the public one; 0 takes a free one; default: none is open",
    ),
  BANYAN_INTERNAL_HOST: z.string().min(1).default('127.0.0.1').describe('Address that BANYAN_INTERNAL_PORT is open on'),
  BANYAN_ROLE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, 'must be lower-case letters, digits and _')
    .optional()
    .describe("First part of the database roles' names; default: the database's name"),
  DATA_ISOLATION: z
    .enum(ISOLATION_LEVELS, { error: 'must be tables, schema or server' })
    .default('schema')
    .describe("What keeps modules' data apart: names and grants in one schema, a schema each, or a database each"),
  DATABASE_POOL_SIZE: count(1, 100, 6).describe('Database connections of one module, at most'),
  DATABASE_WAIT_SECONDS: count(0, 600, 30).describe(
    'How long a start waits for a database or Redis that is not up yet',
  ),
  PAYMENT_SANDBOX: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .describe('Start the sandbox payment provider beside the app; default: only with embedded Postgres'),
  SANDBOX_URL: z
    .url({ protocol: /^http$/, error: 'must be a URL such as http://localhost:4242' })
    .optional()
    .describe('A sandbox payment provider that runs already, for one or several processes; then none is started'),
  SANDBOX_WEBHOOK_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('With what the provider at SANDBOX_URL signs its webhooks; default: derived from BANYAN_SECRET'),
  PAYMENT_CAPTURE: z
    .enum(['checkout', 'dispatch'], { error: 'must be checkout or dispatch' })
    .default('checkout')
    .describe("When a buyer's money is taken: at checkout, or held then and captured as the goods go out"),
  PAYMENT_TIMEOUT_MS: count(100, 60_000, seconds(5)).describe('How long one request to a payment provider may take'),
  RATE_LIMIT: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on').describe('Rate limits per client'),
  TRUSTED_PROXIES: z
    .string()
    .optional()
    .describe(
      'Proxies in front: addresses, networks or uniquelocal, separated by commas; of their requests X-Forwarded-For names the client',
    ),
  MIGRATE_ON_START: flag(true).describe('Apply open migrations at start'),
  SAGA_LEASE_MS: count(200, 600_000, seconds(10)).describe('How long a process owns a saga without a sign of life'),
  CHECKOUT_WAIT_MS: count(0, 60_000, seconds(10)).describe('How long a checkout is waited for before it answers 202'),
  SHUTDOWN_SECONDS: count(1, 600, 20).describe('How long a stop waits for running requests and handlers'),
  EVENT_RETENTION_DAYS: count(1, 3_650, 30).describe(
    'How long events are kept after all have received them, to be sent again or to a new subscriber',
  ),
  IDEMPOTENCY_RETENTION_DAYS: count(1, 3_650, 30).describe('How long a repeated request gets the first answer'),
  SAGA_RETENTION_DAYS: count(1, 3_650, 90).describe('How long the history of a finished process is kept'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')
    .describe('Least level that is logged'),
});

export type Variables = z.infer<typeof Environment>;
