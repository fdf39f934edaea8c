import { pino } from 'pino';
import { newCallContext, system } from '../../../src/shared/auth/index.ts';
import { createTransport, type Transport } from '../../../src/shared/bus/index.ts';
import { LocalTransport } from '../../../src/shared/calls/index.ts';
import { readConfig } from '../../../src/shared/config/index.ts';
import { BUS, DatabaseLayout } from '../../../src/shared/database/index.ts';
import { present } from '../../../src/shared/errors/index.ts';
import { hostModules, ModuleGraph, type HostedModule } from '../../../src/shared/module/index.ts';
import { TEST_ROLE_PREFIX, TEST_SECRET } from '../../../src/shared/testing/test-services.ts';
import { seconds, systemClock, within } from '../../../src/shared/values/index.ts';
import { bumpyTransport } from './bumpy-transport.ts';
import { clockModule } from './clock-module.ts';
import type { SellRequest } from './till-messages.ts';
import { Till, tillModules } from './till-modules.ts';

const SELL_DEADLINE_MS = seconds(30);
const STANDARD_ERROR = 2;
const KNOWN = [...tillModules, clockModule];

/** Some of the till's modules at work in this process, as the environment tells. It finds everything migrated. */
export class TillHost {
  readonly #transport: Transport;
  readonly #modules: ReadonlyMap<string, HostedModule>;
  readonly #shutdownMs: number;

  private constructor(transport: Transport, modules: ReadonlyMap<string, HostedModule>, shutdownMs: number) {
    this.#transport = transport;
    this.#modules = modules;
    this.#shutdownMs = shutdownMs;
  }

  static async start(environment: NodeJS.ProcessEnv): Promise<TillHost> {
    const names = KNOWN.map(({ contract }) => contract.name);
    const config = readConfig({ LOG_LEVEL: 'silent', ...environment }, names);
    // Synchronously, so that the last words of a process that is killed are not lost.
    const logger = pino({ level: config.logLevel, base: null }, pino.destination({ fd: STANDARD_ERROR, sync: true }));
    const url = present(config.database.url, 'a till needs DATABASE_URL');
    const layout = new DatabaseLayout({ url, moduleUrls: {}, rolePrefix: TEST_ROLE_PREFIX, secret: TEST_SECRET });
    const queues = createTransport({
      redisUrl: config.redisUrl,
      postgresUrl: layout.moduleUrl(BUS),
      prefix: present(environment['LAB_PREFIX'], 'a till needs LAB_PREFIX'),
      waitMs: config.database.waitMs,
      logger,
    });
    const transport = bumpyTransport(queues, environment);
    const hosted = present(environment['LAB_MODULES'], 'a till needs LAB_MODULES').split(',');
    const calls = new LocalTransport();
    const modules = hostModules(
      KNOWN.filter(({ contract }) => hosted.includes(contract.name)),
      {
        config,
        secret: TEST_SECRET,
        layout,
        graph: new ModuleGraph(KNOWN),
        transport,
        calls,
        clock: systemClock,
        logger,
        values: [],
        background: true,
      },
    );
    for (const [name, { pipeline }] of modules) calls.host(name, pipeline);
    await transport.start();
    for (const module of modules.values()) await module.start();
    return new TillHost(transport, modules, config.shutdownMs);
  }

  /** In one transaction, so that a sale is there exactly when its event is. */
  async sell({ tills, numbers, padding }: SellRequest): Promise<void> {
    const { database } = present(this.#modules.get(Till.name), 'this process hosts no till');
    const deadlineMs = Date.now() + SELL_DEADLINE_MS;
    const context = newCallContext({ caller: 'http', principal: system('lab'), deadlineMs });
    await database.transaction(context, async (work) => {
      for (const [till, number] of tills.flatMap((each) => numbers.map((number) => [each, number] as const))) {
        await work.run('insert into sales (till, number) values ($1, $2)', [till, number]);
        work.publish(Till.events.sold, { till, number, ...(padding === undefined ? {} : { padding }) });
      }
    });
  }

  /** As the application on SIGTERM: what has not come to its end in SHUTDOWN_SECONDS goes on after the next start. */
  async stopInTime(): Promise<void> {
    await within(this.#shutdownMs, this.stop());
  }

  /** In the application's order. */
  async stop(): Promise<void> {
    await this.#transport.stopReceiving();
    await Promise.all([...this.#modules.values()].map((module) => module.stop()));
    await this.#transport.close();
    await Promise.all([...this.#modules.values()].map((module) => module.close()));
  }
}
