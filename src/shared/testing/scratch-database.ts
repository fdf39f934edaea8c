import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newCallContext, system, type CallContext } from '../auth/index.ts';
import { Consumer, noCounters, Outbox, type HandleEvent } from '../bus/index.ts';
import type { DataOf, Envelope, EventType } from '../contract/index.ts';
import { startEmbeddedPostgres } from '../database/embedded/start-embedded-postgres.ts';
import { DatabaseLayout, migrate, ModuleDatabase } from '../database/index.ts';
import type { Subscriber } from '../module/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { newId } from '../values/index.ts';
import { testServices } from './test-services.ts';

/** As many handlers of one module as work at once. */
const POOL_SIZE = 8;
const DEADLINE_MS = 30_000;
const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '../../../migrations');

/** One module's schema, alone on a Postgres of its own, with what the bus does around a subscriber. */
export class ScratchDatabase {
  readonly database: ModuleDatabase;
  readonly stop: () => Promise<void>;

  private constructor(database: ModuleDatabase, stop: () => Promise<void>) {
    this.database = database;
    this.stop = stop;
  }

  static async start(module: string): Promise<ScratchDatabase> {
    const dataDir = await mkdtemp(join(tmpdir(), `banyan-${module}-`));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    const { isolation } = testServices();
    const layout = new DatabaseLayout({
      url: postgres.url,
      isolation,
      moduleUrls: isolation === 'server' ? { [module]: postgres.url } : {},
      rolePrefix: 'scratch',
      secret: 'of a test',
    });
    await migrate({ layout, modules: [module], folder: MIGRATIONS_FOLDER, waitMs: 0, log: () => undefined });
    const outbox = new Outbox(module);
    const database = new ModuleDatabase({
      module,
      url: layout.moduleUrl(module),
      tablePrefix: layout.tablePrefix(module),
      poolSize: POOL_SIZE,
      storeEvents: async (work) => {
        await outbox.store(work);
        return () => undefined;
      },
    });
    return new ScratchDatabase(database, async () => {
      await database.close();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  context(): CallContext {
    return newCallContext({ caller: 'bus', principal: system('tests'), deadlineMs: Date.now() + DEADLINE_MS });
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.database.reader(this.context()).rows<Row>(sql, values);
  }

  /** Hands an event straight to its subscriber, in a transaction: no inbox stands in front of it. */
  async hear<Type extends EventType>(type: Type, subscriber: Subscriber<Type>, data: DataOf<Type>): Promise<void> {
    const heard = { data, envelope: envelopeOf(type, data) };
    await this.database.transaction(this.context(), (work) => subscriber.execute(heard, work));
  }

  /** As hear, by a process that dies before it commits. */
  async hearAndDie<Type extends EventType>(
    type: Type,
    subscriber: Subscriber<Type>,
    data: DataOf<Type>,
  ): Promise<void> {
    const heard = { data, envelope: envelopeOf(type, data) };
    const dying = this.database.transaction(this.context(), async (work) => {
      await subscriber.execute(heard, work);
      throw new Death();
    });
    await dying.catch((error: unknown) => {
      if (!(error instanceof Death)) throw error;
    });
  }

  /** Brings the same event by the bus as often as told, the way a lost acknowledgement does. */
  async deliver<Type extends EventType>(
    type: Type,
    subscriber: Subscriber<Type>,
    data: DataOf<Type>,
    times: number,
  ): Promise<void> {
    const delivery = { sequence: 1, envelope: envelopeOf(type, data) };
    const handle: HandleEvent = (envelope, work) => subscriber.execute({ data, envelope }, work);
    const consumer = new Consumer({
      database: this.database,
      hears: new Map([[type.type, { version: type.version, handlers: [handle] }]]),
      acknowledge: () => Promise.resolve(),
      counters: noCounters,
      logger: createLogger('silent'),
    });
    for (let count = 0; count < times; count += 1) await consumer.deliver([delivery]);
  }
}

class Death extends Error {}

function envelopeOf(type: EventType, data: Record<string, unknown>): Envelope {
  return {
    specversion: '1.0',
    id: newId('evt'),
    source: type.contract,
    type: type.type,
    dataversion: type.version,
    subject: String(data[type.of]),
    sequence: 1,
    time: '2010-12-01T08:26:00.000Z',
    traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
    correlationid: 'test',
    causationid: null,
    data,
  };
}
