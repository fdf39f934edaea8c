import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { Identity } from './modules/identity/contract/index.ts';
import { newCallContext, system, type CallContext } from './shared/auth/index.ts';
import { createTransport, migrateBus, type Transport } from './shared/bus/index.ts';
import {
  CodecTransport,
  createClient,
  EDGES,
  LocalTransport,
  Pipeline,
  type CallTransport,
  type Client,
} from './shared/calls/index.ts';
import type { Config } from './shared/config/index.ts';
import type { AnyContract } from './shared/contract/index.ts';
import { BUS, DatabaseLayout, migrate } from './shared/database/index.ts';
import { problems, StartFailure } from './shared/errors/index.ts';
import { closeServer, createPublicApi, createRegistry, listen } from './shared/http/index.ts';
import {
  BusMetrics,
  hostModules,
  ModuleGraph,
  SagaMetrics,
  type HostedModule,
  System,
  SystemDesk,
  systemRoutes,
  type ModuleDefinition,
  type ProvidedValue,
} from './shared/module/index.ts';
import type { Logger } from './shared/telemetry/index.ts';
import { seconds, systemClock, within, type Clock } from './shared/values/index.ts';
import { VERSION } from './version.ts';

const START_DEADLINE_MS = seconds(30);
const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '..', 'migrations');

export interface AppOptions {
  readonly config: Config;
  /** Administrator's URL: from the configuration, or of embedded Postgres. */
  readonly databaseUrl: string;
  readonly secret: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** What the process gives to modules beside their own classes. */
  readonly values?: readonly ProvidedValue[];
  /** `codec` sends every call between modules through text, as if they ran in different processes. */
  readonly calls?: 'direct' | 'codec';
  /** False, to measure the requests alone: what follows them stays in the outbox. */
  readonly background?: boolean;
}

/**
 * The hosted modules and the public API in front of them.
 * States: created (nothing runs, no connection is open) → started → stopped. It is not started again.
 */
export interface App {
  readonly http: Express;
  readonly modules: ReadonlyMap<string, HostedModule>;
  /** Migrates, connects, begins to handle events. Throws StartFailure. */
  start(): Promise<void>;
  /** Opens the port; 0 takes a free one. Resolves to the port. */
  listen(port: number, host: string): Promise<number>;
  /** Takes nothing new, lets what runs come to its end, closes everything. */
  stop(): Promise<void>;
  client<Known extends AnyContract>(contract: Known): Client<Known>;
  /** As whom the process itself calls. */
  context(): CallContext;
}

/** Puts the given modules together. Nothing happens before `start`. */
export function createApp(definitions: readonly ModuleDefinition[], options: AppOptions): App {
  const { config, databaseUrl, secret, logger } = options;
  const graph = new ModuleGraph(definitions);
  const hosted = selectHosted(definitions, config.modules);
  const layout = new DatabaseLayout({
    url: databaseUrl,
    moduleUrls: config.database.moduleUrls,
    rolePrefix: config.database.rolePrefix,
    secret,
  });
  const local = new LocalTransport();
  const calls: CallTransport = options.calls === 'codec' ? new CodecTransport(local, operationsOf(definitions)) : local;
  const registry = createRegistry();
  const { transport, modules } = hostAll(hosted, options, { graph, layout, calls, registry });
  for (const [name, { pipeline }] of modules) local.host(name, pipeline);
  const desk = new SystemDesk({ modules, names: graph.modules, version: VERSION });
  local.host(
    System.name,
    new Pipeline({ implementationOf: (operation) => desk.implementationOf(operation), callers: new Set(EDGES) }),
  );
  const context = (): CallContext =>
    newCallContext({ caller: 'http', principal: system('process'), deadlineMs: Date.now() + START_DEADLINE_MS });
  const client = <Known extends AnyContract>(contract: Known): Client<Known> => createClient(contract, 'http', local);
  let state: 'created' | 'started' | 'stopping' = 'created';
  const http = createPublicApi({
    version: VERSION,
    routes: [...hosted.flatMap(({ routes }) => routes), ...systemRoutes],
    contracts: [...hosted.map(({ contract }) => contract), System],
    transport: calls,
    authenticate: async (token) => {
      if (!modules.has(Identity.name))
        throw problems.unavailable('This process does not host identity, which knows the keys.');
      return (await client(Identity).authenticate({ token }, context())) ?? undefined;
    },
    isReady: () =>
      state === 'started' ? { ready: true, reasons: [] } : { ready: false, reasons: [`the process is ${state}`] },
    rateLimit: config.http.rateLimit,
    registry,
    logger,
  });
  let server: Server | undefined;
  return {
    http,
    modules,
    client,
    context,
    start: async () => {
      await startModules({ config, layout, transport, modules, logger });
      state = 'started';
    },
    listen: async (port, host) => {
      server = createServer(http);
      return await listen(server, port, host);
    },
    stop: async () => {
      state = 'stopping';
      if (server !== undefined) await closeServer(server, config.shutdownMs);
      const stopped = await within(config.shutdownMs, stopModules(transport, modules));
      if (!stopped) logger.warn('not everything came to its end in time; what is open goes on after the next start');
    },
  };
}

interface Surrounding {
  readonly graph: ModuleGraph;
  readonly layout: DatabaseLayout;
  readonly calls: CallTransport;
  readonly registry: Registry;
}

function hostAll(
  definitions: readonly ModuleDefinition[],
  options: AppOptions,
  { graph, layout, calls, registry }: Surrounding,
): { transport: Transport; modules: ReadonlyMap<string, HostedModule> } {
  const { config, secret, logger } = options;
  const transport = createTransport({
    redisUrl: config.redisUrl,
    postgresUrl: layout.moduleUrl(BUS),
    prefix: config.queuePrefix ?? `banyan-${layout.role(BUS)}`,
    waitMs: config.database.waitMs,
    logger,
  });
  const busMetrics = new BusMetrics(registry);
  const sagaMetrics = new SagaMetrics(registry);
  const modules = hostModules(definitions, {
    config,
    secret,
    layout,
    graph,
    transport,
    calls,
    countersOf: (module) => busMetrics.countersOf(module),
    sagaCountersOf: (module) => sagaMetrics.countersOf(module),
    clock: options.clock ?? systemClock,
    logger,
    values: options.values ?? [],
    background: options.background ?? true,
  });
  busMetrics.observe(modules, logger);
  sagaMetrics.observe(modules, logger);
  return { transport, modules };
}

interface Parts {
  readonly config: Config;
  readonly layout: DatabaseLayout;
  readonly transport: Transport;
  readonly modules: ReadonlyMap<string, HostedModule>;
  readonly logger: Logger;
}

async function startModules({ config, layout, transport, modules, logger }: Parts): Promise<void> {
  if (config.database.migrateOnStart) {
    await migrateAll(config, layout, [...modules.keys()], (message) => logger.info(message));
  }
  await transport.start();
  for (const module of modules.values()) await module.start();
}

/** Also what `npm run migrate` does. */
export async function migrateAll(
  config: Config,
  layout: DatabaseLayout,
  modules: readonly string[],
  log: (message: string) => void,
): Promise<void> {
  const { waitMs } = config.database;
  await migrate({ layout, modules, folder: MIGRATIONS_FOLDER, waitMs, log });
  if (config.redisUrl === undefined) await migrateBus(layout, waitMs);
}

async function stopModules(transport: Transport, modules: ReadonlyMap<string, HostedModule>): Promise<void> {
  await transport.stopReceiving();
  await Promise.all([...modules.values()].map((module) => module.stop()));
  await transport.close();
  await Promise.all([...modules.values()].map((module) => module.close()));
}

function selectHosted(
  definitions: readonly ModuleDefinition[],
  names: readonly string[] | undefined,
): readonly ModuleDefinition[] {
  if (names === undefined) return definitions;
  const hosted = definitions.filter(({ contract }) => names.includes(contract.name));
  // Events and their acknowledgements travel by queue; a call must find its module in this process.
  for (const { from, to, how } of new ModuleGraph(definitions).edges) {
    if (how === 'calls' && names.includes(from) && !names.includes(to)) {
      throw new StartFailure(`BANYAN_MODULES has ${from} without ${to}, which it calls; add ${to} to the list.`);
    }
  }
  return hosted;
}

function operationsOf(definitions: readonly ModuleDefinition[]) {
  return [System, ...definitions.map(({ contract }) => contract)].flatMap(({ operations }) =>
    Object.values(operations),
  );
}
