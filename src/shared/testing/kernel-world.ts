import { resolve } from 'node:path';
import pg from 'pg';
import { newCallContext, system, type CallContext } from '../auth/index.ts';
import { createTransport, migrateBus, type Transport } from '../bus/index.ts';
import { createClient, EDGES, LocalTransport, Pipeline, type Client } from '../calls/index.ts';
import { readConfig } from '../config/index.ts';
import type { AnyContract } from '../contract/index.ts';
import { BUS, inModuleSchema, migrate, type DatabaseLayout, type UnitOfWork } from '../database/index.ts';
import { present } from '../errors/index.ts';
import {
  hostModules,
  ModuleGraph,
  System,
  SystemDesk,
  type HostedModule,
  type ModuleDefinition,
} from '../module/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { newId, seconds, systemClock } from '../values/index.ts';
import { moveTime } from './move-time.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { TEST_SECRET, testServices } from './test-services.ts';

const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'migrations');

export interface KernelWorldOptions {
  readonly modules: readonly ModuleDefinition[];
  /** SQL that makes a module's own tables, by its name. */
  readonly tables: Readonly<Record<string, string>>;
  readonly queues?: 'postgres' | 'redis';
  /** What stands between the modules and the queues: to repeat, hold or lose what goes through. */
  readonly wire?: (transport: Transport) => Transport;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another world whose database and queues this one shares, as a process of another version does. */
  readonly beside?: KernelWorld;
}

/** The kernel at work for modules that a test makes up, on a database of its own. */
export class KernelWorld {
  readonly databaseUrl: string;
  /** Where each module's tables lie. */
  readonly layout: DatabaseLayout;
  /** Of this world's queues alone, where they are in Redis. */
  readonly queuePrefix: string;
  readonly #modules: ReadonlyMap<string, HostedModule>;
  readonly #local: LocalTransport;
  readonly #transport: Transport;
  readonly #started: HostedModule[] = [];
  readonly #drop: () => Promise<void>;

  private constructor(parts: {
    databaseUrl: string;
    layout: DatabaseLayout;
    queuePrefix: string;
    modules: ReadonlyMap<string, HostedModule>;
    local: LocalTransport;
    transport: Transport;
    drop: () => Promise<void>;
  }) {
    this.databaseUrl = parts.databaseUrl;
    this.layout = parts.layout;
    this.queuePrefix = parts.queuePrefix;
    this.#modules = parts.modules;
    this.#local = parts.local;
    this.#transport = parts.transport;
    this.#drop = parts.drop;
  }

  /** Everything is made and migrated; nothing runs until `start`. */
  static async open(options: KernelWorldOptions): Promise<KernelWorld> {
    const names = options.modules.map(({ contract }) => contract.name);
    const database = options.beside?.asGuest() ?? (await createTestDatabase({ modules: names }));
    const { layout } = database;
    await migrate({ layout, modules: names, folder: MIGRATIONS_FOLDER, waitMs: 0, log: () => undefined });
    await migrateBus(layout, 0);
    await makeTables(layout, options.tables);
    const queuePrefix = options.beside?.queuePrefix ?? newId('kernel');
    const bullmq = createTransport({
      // Where no Redis is to be had, all queues are in Postgres.
      redisUrl: options.queues === 'redis' ? testServices().redisUrl : undefined,
      postgresUrl: layout.moduleUrl(BUS),
      prefix: queuePrefix,
      waitMs: 0,
      logger: createLogger('silent'),
    });
    const transport = options.wire?.(bullmq) ?? bullmq;
    const local = new LocalTransport();
    const modules = hostAll(options, layout, transport, local);
    await transport.start();
    const drop = (): Promise<void> => database.drop();
    return new KernelWorld({ databaseUrl: database.url, layout, queuePrefix, modules, local, transport, drop });
  }

  /** The same database, for a world beside this one, which leaves it as it is. */
  asGuest(): Pick<TestDatabase, 'url' | 'layout' | 'drop'> {
    return { url: this.databaseUrl, layout: this.layout, drop: () => Promise.resolve() };
  }

  /** Lets modules send, receive and carry on sagas; default: all. */
  async start(names: readonly string[] = [...this.#modules.keys()]): Promise<void> {
    for (const name of names) {
      await this.module(name).start();
      this.#started.push(this.module(name));
    }
  }

  async stop(): Promise<void> {
    await this.#transport.stopReceiving();
    await Promise.all(this.#started.map((module) => module.stop()));
    await this.#transport.close();
    await Promise.all([...this.#modules.values()].map((module) => module.close()));
    await this.#drop();
  }

  module(name: string): HostedModule {
    return present(this.#modules.get(name), `this world has no module ${name}`);
  }

  client<Known extends AnyContract>(contract: Known): Client<Known> {
    return createClient(contract, 'http', this.#local);
  }

  context(fields: Partial<CallContext> = {}): CallContext {
    const deadlineMs = Date.now() + seconds(30);
    return newCallContext({ caller: 'http', principal: system('tests'), deadlineMs, ...fields });
  }

  async rows<Row extends object>(module: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.module(module).database.reader(this.context()).rows<Row>(sql, values);
  }

  /** Lets time pass for all that the modules have stored. */
  async letTimePass(ms: number): Promise<void> {
    await moveTime(this.layout, [...this.#modules.keys()], ms);
  }

  async write<Result>(module: string, body: (work: UnitOfWork) => Promise<Result> | Result): Promise<Result> {
    return await this.module(module).database.transaction(this.context(), async (work) => await body(work));
  }
}

/** The world that made the database drops it. */
function hostAll(
  options: KernelWorldOptions,
  layout: DatabaseLayout,
  transport: Transport,
  local: LocalTransport,
): ReadonlyMap<string, HostedModule> {
  const names = options.modules.map(({ contract }) => contract.name);
  const config = readConfig({ DATABASE_URL: layout.adminUrl(BUS), ...options.environment }, names);
  const modules = hostModules(options.modules, {
    config,
    secret: TEST_SECRET,
    layout,
    graph: new ModuleGraph(options.modules),
    transport,
    calls: local,
    clock: systemClock,
    logger: createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent'),
    values: [],
    background: true,
  });
  for (const [name, { pipeline }] of modules) local.host(name, pipeline);
  const desk = new SystemDesk({ modules, names, version: 'test' });
  const implementationOf = desk.implementationOf.bind(desk);
  local.host(System.name, new Pipeline({ implementationOf, callers: new Set(EDGES) }));
  return modules;
}

async function makeTables(layout: DatabaseLayout, tables: Readonly<Record<string, string>>): Promise<void> {
  for (const [module, sql] of Object.entries(tables)) {
    const client = new pg.Client({ connectionString: layout.adminUrl(module) });
    await client.connect();
    try {
      await inModuleSchema(client, layout, module, () => client.query(sql));
    } finally {
      await client.end();
    }
  }
}
