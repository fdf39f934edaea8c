import { newCallContext, system, type CallContext } from '../../src/shared/auth/index.ts';
import { createTransport, type BusCounters, type Transport } from '../../src/shared/bus/index.ts';
import { LocalTransport } from '../../src/shared/calls/index.ts';
import { readConfig } from '../../src/shared/config/index.ts';
import { BUS, DatabaseLayout } from '../../src/shared/database/index.ts';
import { present } from '../../src/shared/errors/index.ts';
import { hostModules, ModuleGraph, type HostedModule } from '../../src/shared/module/index.ts';
import { createLogger } from '../../src/shared/telemetry/index.ts';
import { seconds, systemClock } from '../../src/shared/values/index.ts';
import type { BusAddress, BusFigures } from './bus-messages.ts';
import { busModules, Turnstile } from './bus-modules.ts';

export const BENCH_SECRET = 'a secret of measurements alone';
const WAIT_MS = seconds(30);
const DEADLINE_MS = seconds(60);
const BYTES_OF_MEGABYTE = 1_048_576;
const MICROSECONDS_OF_MS = 1_000;

/** One statement for all turnstiles of a transaction, in one order, so that none waits for another in a circle. */
const COUNT_PASSAGES = `
  insert into turnstiles (name, passed)
  select name, count(*) from unnest($1::text[]) as given(name) group by name order by name
  on conflict (name) do update set passed = turnstiles.passed + excluded.passed returning name, passed`;

/** Some of the bench's modules at work in this process. It finds everything migrated. */
export class BusHost {
  readonly #transport: Transport;
  readonly #modules: ReadonlyMap<string, HostedModule>;
  readonly #counts: CountedWork;
  #published = 0;

  private constructor(transport: Transport, modules: ReadonlyMap<string, HostedModule>, counts: CountedWork) {
    this.#transport = transport;
    this.#modules = modules;
    this.#counts = counts;
  }

  static async start({ databaseUrl, redisUrl, prefix }: BusAddress, hosted: readonly string[]): Promise<BusHost> {
    const names = busModules.map(({ contract }) => contract.name);
    const config = readConfig({ DATABASE_URL: databaseUrl }, names);
    const logger = createLogger('warn');
    const layout = layoutOf(databaseUrl);
    const postgresUrl = layout.moduleUrl(BUS);
    const transport = createTransport({ redisUrl, postgresUrl, prefix, waitMs: WAIT_MS, logger });
    const counts = new CountedWork();
    const modules = hostModules(
      busModules.filter(({ contract }) => hosted.includes(contract.name)),
      {
        config,
        secret: BENCH_SECRET,
        layout,
        graph: new ModuleGraph(busModules),
        transport,
        calls: new LocalTransport(),
        countersOf: () => counts,
        clock: systemClock,
        logger,
        values: [],
        background: true,
      },
    );
    await transport.start();
    for (const module of modules.values()) await module.start();
    return new BusHost(transport, modules, counts);
  }

  /** One transaction: a passage at each of these turnstiles, in this order. */
  async pass(turnstiles: readonly string[]): Promise<void> {
    const { database } = this.#turnstile();
    await database.transaction(context(), async (work) => {
      const counted = await work.rows<{ name: string; passed: number }>(COUNT_PASSAGES, [turnstiles]);
      const last = new Map(counted.map(({ name, passed }) => [name, passed]));
      for (const name of turnstiles) last.set(name, (last.get(name) ?? 0) - 1);
      for (const name of turnstiles) {
        const number = (last.get(name) ?? 0) + 1;
        last.set(name, number);
        work.publish(Turnstile.events.passed, { turnstile: name, number });
      }
    });
    this.#published += turnstiles.length;
  }

  async openDeliveries(): Promise<number> {
    const row = await this.#turnstile()
      .database.reader(context())
      .row<{ open: number }>(`select count(*) as open from deliveries where state = 'open'`);
    return present(row, 'a count is one row').open;
  }

  figures(): BusFigures {
    const { user, system: kernel } = process.cpuUsage();
    return {
      published: this.#published,
      ...this.#counts.all,
      residentMegabytes: process.memoryUsage.rss() / BYTES_OF_MEGABYTE,
      cpuMs: (user + kernel) / MICROSECONDS_OF_MS,
    };
  }

  /** In the application's order. */
  async stop(): Promise<void> {
    const modules = [...this.#modules.values()];
    await this.#transport.stopReceiving();
    await Promise.all(modules.map((module) => module.stop()));
    await this.#transport.close();
    await Promise.all(modules.map((module) => module.close()));
  }

  #turnstile(): HostedModule {
    return present(this.#modules.get(Turnstile.name), 'this process hosts no turnstile');
  }
}

export function layoutOf(databaseUrl: string): DatabaseLayout {
  return new DatabaseLayout({ url: databaseUrl, moduleUrls: {}, rolePrefix: undefined, secret: BENCH_SECRET });
}

class CountedWork implements BusCounters {
  readonly all = { sent: 0, resent: 0, received: 0, duplicates: 0, handled: 0, failed: 0 };

  sent(deliveries: number, again: number): void {
    this.all.sent += deliveries;
    this.all.resent += again;
  }

  received(deliveries: number): void {
    this.all.received += deliveries;
  }

  duplicates(deliveries: number): void {
    this.all.duplicates += deliveries;
  }

  handled(deliveries: readonly unknown[]): void {
    this.all.handled += deliveries.length;
  }

  failed(deliveries: number): void {
    this.all.failed += deliveries;
  }
}

function context(): CallContext {
  return newCallContext({ caller: 'http', principal: system('bench'), deadlineMs: Date.now() + DEADLINE_MS });
}
