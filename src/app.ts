import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { Identity } from './modules/identity/contract/index.ts';
import { newCallContext, system, type CallContext } from './shared/auth/index.ts';
import { createTransport, type Transport } from './shared/bus/index.ts';
import {
  createClient,
  EDGES,
  LocalTransport,
  Pipeline,
  type CallTransport,
  type Client,
} from './shared/calls/index.ts';
import type { Config } from './shared/config/index.ts';
import type { AnyContract } from './shared/contract/index.ts';
import { BUS, DatabaseLayout } from './shared/database/index.ts';
import { problems } from './shared/errors/index.ts';
import { createPublicApi, createRegistry, GracefulServer } from './shared/http/index.ts';
import type { CallEndpoint, RemoteTransport } from './shared/remote/index.ts';
import {
  AllDesks,
  BusMetrics,
  EventDesk,
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
import { ensureMigrated } from './migrations.ts';
import { placeCalls, selectHosted, type CallWays } from './placement.ts';
import { VERSION } from './version.ts';

export { migrateAll } from './migrations.ts';

const START_DEADLINE_MS = seconds(30);

export interface AppOptions {
  readonly config: Config;
  /** Administrator's URL: from the configuration, or of embedded Postgres. */
  readonly databaseUrl: string;
  readonly secret: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** What the process gives to modules beside their own classes. */
  readonly values?: readonly ProvidedValue[];
  /** How modules of this process reach each other; default: `direct`. */
  readonly calls?: CallWays;
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
  /** Takes a connection to one of its ports that the supervisor of this process has accepted. */
  accept(door: Door, socket: Socket): void;
  /** Takes nothing new, lets what runs come to its end, closes everything. */
  stop(): Promise<void>;
  client<Known extends AnyContract>(contract: Known): Client<Known>;
  /** As whom the process itself calls. */
  context(): CallContext;
}

/** Which port a connection came to. */
export type Door = 'public' | 'internal';

/** Puts the given modules together. Nothing happens before `start`. */
export function createApp(definitions: readonly ModuleDefinition[], options: AppOptions): App {
  const { config, databaseUrl, secret, logger } = options;
  const graph = new ModuleGraph(definitions);
  const hosted = selectHosted(definitions, config);
  const layout = new DatabaseLayout({ ...config.database, url: databaseUrl, secret });
  const local = new LocalTransport();
  const events = new EventDesk(new Set(config.calls.foreign.keys()));
  const { calls, remote, endpoint, ...placed } = placeCalls(hosted, { ...options, local, events });
  const registry = createRegistry();
  const { transport, modules } = hostAll(placed.hosts, options, { graph, layout, calls, registry });
  for (const [name, module] of modules) {
    local.host(name, module.pipeline);
    events.host(name, module);
  }
  local.host(System.name, systemPipeline(modules, graph.modules, remote));
  const context = (): CallContext =>
    newCallContext({ caller: 'http', principal: system('process'), deadlineMs: Date.now() + START_DEADLINE_MS });
  const client = <Known extends AnyContract>(contract: Known): Client<Known> => createClient(contract, 'http', calls);
  // A row of the public API only calls its operation, so a process answers those of modules that run elsewhere as well.
  const isReachable = (name: string): boolean => modules.has(name) || placed.knows(name);
  const answers = config.roles.has('http');
  const reachable = answers ? definitions.filter(({ contract }) => isReachable(contract.name)) : [];
  let state: 'created' | 'started' | 'leaving' | 'stopping' = 'created';
  const http = createPublicApi({
    version: VERSION,
    // A process that answers no requests has its health and its metrics to show, and no more.
    routes: answers ? [...reachable.flatMap(({ routes }) => routes), ...systemRoutes] : [],
    contracts: [...reachable.map(({ contract }) => contract), System],
    transport: calls,
    authenticate: async (token) => {
      if (!isReachable(Identity.name))
        throw problems.unavailable('This process has no identity, which knows the keys, and no address of it.');
      return (await client(Identity).authenticate({ token }, context())) ?? undefined;
    },
    readiness: () => ({ ready: state === 'started', reasons: state === 'started' ? [] : [`the process is ${state}`] }),
    // While it leaves, whoever is still connected is answered, and sent elsewhere.
    takesRequests: () => state === 'started' || state === 'leaving',
    rateLimit: config.http.rateLimit,
    trustedProxies: config.http.trustedProxies,
    registry,
    logger,
  });
  const server = new GracefulServer(createServer(http));
  return {
    http,
    modules,
    client,
    context,
    start: async () => {
      await startModules({ config, layout, transport, modules, endpoint, logger });
      state = 'started';
    },
    listen: (port, host) => server.listen(port, host),
    accept: (door, socket) => (door === 'public' ? server : endpoint).accept(socket),
    stop: async () => {
      state = state === 'started' ? 'leaving' : 'stopping';
      await server.close(config.shutdownMs);
      state = 'stopping';
      const stopped = await within(config.shutdownMs, stopModules({ config, transport, modules, endpoint }));
      await placed.close();
      if (!stopped) logger.warn('not everything came to its end in time; what is open goes on after the next start');
    },
  };
}

/** The operator's desk, which asks those of other processes for the modules that are not here. */
function systemPipeline(
  modules: ReadonlyMap<string, HostedModule>,
  names: readonly string[],
  remote: RemoteTransport,
): Pipeline {
  const own = new SystemDesk({ modules, names, version: VERSION });
  const desks = new AllDesks({ own, others: remote.processesOf(names.filter((name) => !modules.has(name))) });
  return new Pipeline({
    implementationOf: (operation) => desks.implementationOf(operation),
    callers: new Set([...EDGES, System.name]),
  });
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
  readonly endpoint: CallEndpoint;
  readonly logger: Logger;
}

async function startModules({ config, layout, transport, modules, endpoint, logger }: Parts): Promise<void> {
  await ensureMigrated(config, layout, [...modules.keys()], (message) => logger.info(message));
  await transport.start();
  if (config.calls.port !== undefined && config.roles.has('http'))
    await endpoint.listen(config.calls.port, config.calls.host);
  for (const module of modules.values()) await module.start();
}

/** Requests and calls come first: what they begin is carried on until they are answered. */
async function stopModules({ config, transport, modules, endpoint }: Omit<Parts, 'layout' | 'logger'>): Promise<void> {
  await endpoint.close(config.shutdownMs);
  await transport.stopReceiving();
  await Promise.all([...modules.values()].map((module) => module.stop()));
  await transport.close();
  await Promise.all([...modules.values()].map((module) => module.close()));
}
