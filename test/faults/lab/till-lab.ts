import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { migrateBus } from '../../../src/shared/bus/index.ts';
import { BUS, DatabaseLayout, migrate } from '../../../src/shared/database/index.ts';
import { TEST_ROLE_PREFIX, TEST_SECRET } from '../../../src/shared/testing/test-services.ts';
import { newId } from '../../../src/shared/values/index.ts';
import { bumpsIn, type Bumps } from './bumpy-transport.ts';
import { Clock, clockTable } from './clock-module.ts';
import { judgeTills } from './judge-tills.ts';
import { PlannedFaults, type FaultKind } from './planned-faults.ts';
import { databaseAt, PostgresLab } from './postgres-lab.ts';
import { TillChild } from './till-child.ts';
import { Journal, tillTables } from './till-modules.ts';

const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'migrations');
const POLL_MS = 200;
const SENTENCES_OF_A_FAILURE = 10;
const SLOW_MS = 1_000;

export interface TillLabOptions {
  readonly queues: 'postgres' | 'redis';
  /** Where the lab's database is made: a server of its own, or the administrator's URL of one that others share. */
  readonly postgres: PostgresLab | string;
  /** Where queues in Redis are; a proxy's URL will do. */
  readonly redis?: { readonly url: string } | undefined;
  /** Whether its processes can host the clock as well, which the judge knows nothing of. */
  readonly withClock?: boolean;
}

export interface SpawnOptions {
  /** `<point>:<nth>`, where the kernel ends the process. */
  readonly crashAt?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A database with the till's modules migrated, the processes that work on it, and the judge of what they have done. */
export class TillLab {
  /** The database's name, on whichever server it is. */
  readonly database: string;
  /** Of this lab's queues alone, where they are in Redis. */
  readonly prefix: string;
  readonly #options: TillLabOptions;
  readonly #folder: string;
  readonly #faults: PlannedFaults;
  readonly #children: TillChild[] = [];

  private constructor(database: string, folder: string, options: TillLabOptions) {
    this.database = database;
    this.prefix = database;
    this.#options = options;
    this.#folder = folder;
    this.#faults = new PlannedFaults(folder);
  }

  /** Everything is made and migrated; no process runs yet. */
  static async open(options: TillLabOptions): Promise<TillLab> {
    if (options.queues === 'redis' && options.redis === undefined) {
      throw new Error('queues in Redis need a Redis, and this machine seems to have none');
    }
    const lab = new TillLab(newId('lab'), await mkdtemp(join(tmpdir(), 'banyan-till-lab-')), options);
    await lab.#create();
    return lab;
  }

  /** As the modules' processes reach the database. */
  get url(): string {
    const { postgres } = this.#options;
    return databaseAt(postgres instanceof PostgresLab ? postgres.url : postgres, this.database);
  }

  /** As the administrator reaches it, past any proxy. */
  get observerUrl(): string {
    return databaseAt(this.#serverUrl(), this.database);
  }

  /** Starts a process that hosts these modules, and waits until it is at work. */
  async spawn(modules: readonly string[], options: SpawnOptions = {}): Promise<TillChild> {
    const child = this.launch(modules, options);
    await child.ready();
    return child;
  }

  /** As spawn, without waiting: for a process that is to die while it starts. */
  launch(modules: readonly string[], { crashAt, environment }: SpawnOptions = {}): TillChild {
    const { queues, redis } = this.#options;
    const child = new TillChild({
      DATABASE_URL: this.url,
      ...(queues === 'redis' && redis !== undefined ? { REDIS_URL: redis.url } : {}),
      LAB_MODULES: modules.join(','),
      LAB_PREFIX: this.prefix,
      LAB_DIR: this.#folder,
      ...(crashAt === undefined ? {} : { BANYAN_CRASH_AT: crashAt }),
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      ...environment,
    });
    this.#children.push(child);
    return child;
  }

  /** The next `times` attempts of a module at a sale go wrong; `slow` ones take `waitMs` and succeed. */
  failAt(
    till: string,
    number: number,
    times: number,
    kind: FaultKind,
    { module = Journal.name, waitMs = SLOW_MS }: { module?: string; waitMs?: number } = {},
  ): void {
    this.#faults.plan(module, till, number, { kind, times, waitMs });
  }

  /** How many attempts at a sale have gone wrong as planned. */
  faultsAt(till: string, number: number, module: string = Journal.name): number {
    return this.#faults.countOf(module, till, number);
  }

  /** What has gone wrong on the way to the queues. See bumpy-transport.ts. */
  get bumps(): Bumps {
    return bumpsIn(this.#folder);
  }

  /** What an administrator sees, past any proxy. Tables are to be named with their schema. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await query(this.observerUrl, sql, values)) as Row[];
  }

  /** What is not as it must be when all has come to rest, one sentence each. See judge-tills.ts. */
  async violations(): Promise<string[]> {
    return await judgeTills(this.observerUrl);
  }

  /** Waits until nothing is violated. Returns how long that took in milliseconds. */
  async settled(limitMs: number): Promise<number> {
    const start = performance.now();
    for (;;) {
      // A server that is being started again cannot be asked, which is one reason more to wait.
      const sentences = await this.violations().catch((error: unknown) => [`it cannot be judged: ${String(error)}`]);
      const tookMs = Math.round(performance.now() - start);
      if (sentences.length === 0) return tookMs;
      if (tookMs >= limitMs) throw notSettled(sentences, tookMs);
      await pause(POLL_MS);
    }
  }

  /** For the end of a test, however it went: nothing of it is left behind. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()));
    await query(this.#serverUrl(), `drop database if exists ${pg.escapeIdentifier(this.database)} with (force)`);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #create(): Promise<void> {
    const tables = this.#options.withClock === true ? { ...tillTables, [Clock.name]: clockTable } : tillTables;
    const [database, template] = [this.database, await templateOn(this.#serverUrl(), tables)].map(pg.escapeIdentifier);
    await query(this.#serverUrl(), `create database ${database} template ${template}`);
    // What roles have in a database does not come with its copy. Of the migrations none is open.
    await migrateTills(this.observerUrl, Object.keys(tables));
  }

  #serverUrl(): string {
    const { postgres } = this.#options;
    return postgres instanceof PostgresLab ? postgres.directUrl : postgres;
  }
}

function notSettled(sentences: readonly string[], tookMs: number): Error {
  const shown = sentences.slice(0, SENTENCES_OF_A_FAILURE).join('\n');
  return new Error(`after ${tookMs} ms there are ${sentences.length} violations, such as\n${shown}`);
}

/** On each server, the database that a lab's is a copy of: its modules migrated, and nothing sold. */
const templates = new Map<string, Promise<string>>();

async function templateOn(serverUrl: string, tables: Readonly<Record<string, string>>): Promise<string> {
  const key = [serverUrl, ...Object.keys(tables)].join(' ');
  let made = templates.get(key);
  if (made === undefined) {
    const name = newId('tills');
    made = query(serverUrl, `create database ${pg.escapeIdentifier(name)}`)
      .then(() => makeTables(databaseAt(serverUrl, name), tables))
      .then(() => name);
    templates.set(key, made);
  }
  return await made;
}

async function makeTables(url: string, tables: Readonly<Record<string, string>>): Promise<void> {
  const layout = await migrateTills(url, Object.keys(tables));
  for (const [module, sql] of Object.entries(tables)) {
    const owner = pg.escapeIdentifier(layout.ownerRole(module));
    const schema = pg.escapeIdentifier(layout.schema(module));
    await query(layout.adminUrl(BUS), `set role ${owner}; set search_path = ${schema}; ${sql}`);
  }
}

async function migrateTills(url: string, modules: readonly string[]): Promise<DatabaseLayout> {
  const layout = new DatabaseLayout({ url, moduleUrls: {}, rolePrefix: TEST_ROLE_PREFIX, secret: TEST_SECRET });
  await migrate({ layout, modules, folder: MIGRATIONS_FOLDER, waitMs: 0, log: () => undefined });
  await migrateBus(layout, 0);
  return layout;
}

async function query(url: string, sql: string, values: readonly unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
