import 'reflect-metadata';
import { Container, type ServiceIdentifier } from 'inversify';
import { clientOf, createClient, Pipeline, EDGES, type CallTransport, type Implementation } from '../calls/index.ts';
import {
  acknowledgeLocally,
  busCrashPoint,
  claimFiring,
  Consumer,
  hasMissed,
  noCounters,
  Outbox,
  registerSubscriptions,
  Relay,
  Retention,
  SUBSCRIPTIONS_ROUND_MS,
  type Acknowledge,
  type BusCounters,
  type HandleEvent,
  type Hearing,
  type Transport,
} from '../bus/index.ts';
import { newCallContext, system, type CallContext } from '../auth/index.ts';
import type { Config } from '../config/index.ts';
import { readEvent, type EventType, type Operation } from '../contract/index.ts';
import { ModuleDatabase, type Audit } from '../database/index.ts';
import { present } from '../errors/index.ts';
import { noSagaCounters, SagaRunner, SagaStore, type SagaCounters } from '../sagas/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { seconds, type Clock } from '../values/index.ts';
import type { ModuleDefinition, ProvidedValue, Subscriber } from './define-module.ts';
import type { ModuleGraph } from './module-graph.ts';
import { CLOCK, CONFIG, DATABASE, LOGGER, SAGAS, SECRET } from './tokens.ts';

const SCHEDULE_DEADLINE_MS = seconds(60);
/** A process that answers requests carries on at once what begins here, and looks now and then for what else is due. */
const SWEEP_MS = 500;
/** Where others begin sagas, somebody waits for this look. */
const SWEEP_FOR_OTHERS_MS = 100;

export interface HostingOptions {
  readonly config: Config;
  readonly secret: string;
  readonly databaseUrl: string;
  readonly tablePrefix?: string;
  readonly graph: ModuleGraph;
  readonly transport: Transport;
  readonly calls: CallTransport;
  readonly acknowledge: Acknowledge;
  /** What counts the bus's work for the metrics; default: nobody. */
  readonly countersOf?: (module: string) => BusCounters;
  readonly sagaCountersOf?: (module: string) => SagaCounters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly values: readonly ProvidedValue[];
  /** False: requests are answered, but events stay in the outbox and no other process's sagas are taken over. */
  readonly background: boolean;
}

/**
 * One module as it runs in this process: its container, its database, its ends of the bus, its sagas.
 * States: made (nothing runs) → started (takes events, carries on sagas) → stopped.
 */
export class HostedModule {
  readonly definition: ModuleDefinition;
  readonly pipeline: Pipeline;
  readonly database: ModuleDatabase;
  readonly outbox: Outbox;
  readonly sagas: SagaRunner;
  /** What is done about each type of event that this module hears. */
  readonly hearings: ReadonlyMap<string, Hearing>;
  readonly #container: Container;
  readonly #options: HostingOptions;
  readonly #relay: Relay;
  readonly #consumer: Consumer;
  readonly #retention: Retention;
  readonly #logger: Logger;
  #subscriptionsTimer: NodeJS.Timeout | undefined;

  constructor(definition: ModuleDefinition, options: HostingOptions) {
    const module = definition.contract.name;
    const logger = options.logger.child({ module });
    const counters = options.countersOf?.(module) ?? noCounters;
    this.definition = definition;
    this.#options = options;
    this.#logger = logger;
    this.outbox = new Outbox(module);
    this.database = new ModuleDatabase({
      module,
      url: options.databaseUrl,
      ...(options.tablePrefix === undefined ? {} : { tablePrefix: options.tablePrefix }),
      poolSize: options.config.database.poolSize,
      storeEvents: async (work) => {
        const deliveries = await this.outbox.store(work, { inHand: options.background });
        return () => {
          busCrashPoint('bus/outbox/committed');
          this.#relay.send(deliveries);
        };
      },
    });
    this.#relay = new Relay({
      outbox: this.outbox,
      database: this.database,
      transport: options.transport,
      modules: options.graph.modules,
      counters,
      logger,
    });
    this.#retention = new Retention(this.database, options.config.retention, logger);
    const implementationOf = (operation: Operation): Implementation<Operation> => this.#implementationOf(operation);
    this.sagas = new SagaRunner(
      {
        module,
        database: this.database,
        transport: options.calls,
        store: new SagaStore(),
        implementationOf,
        leaseMs: options.config.sagas.leaseMs,
        conducts: options.config.roles.has('sagas'),
        sweepMs: options.config.roles.has('http') ? SWEEP_MS : SWEEP_FOR_OTHERS_MS,
        counters: options.sagaCountersOf?.(module) ?? noSagaCounters,
        logger,
      },
      definition.sagas,
    );
    this.hearings = this.#hearings();
    this.#consumer = new Consumer({
      database: this.database,
      hears: this.hearings,
      batchLimit: definition.batchLimit,
      acknowledge: options.acknowledge,
      counters,
      logger,
    });
    this.#container = this.#createContainer(logger);
    this.pipeline = new Pipeline({
      database: this.database,
      implementationOf,
      callers: new Set([module, ...EDGES, ...options.graph.callersOf(module)]),
    });
  }

  async start(): Promise<void> {
    const { background, config, graph } = this.#options;
    const module = this.definition.contract.name;
    const subscriptions = graph.subscriptionsTo(module);
    await registerSubscriptions(this.database, subscriptions, this.#logger);
    if (!background) return;
    this.#subscriptionsTimer = setInterval(() => {
      registerSubscriptions(this.database, subscriptions, this.#logger).catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'subscriptions will be looked after again in an hour');
      });
    }, SUBSCRIPTIONS_ROUND_MS);
    this.#relay.start();
    this.sagas.start();
    if (!config.roles.has('subscribers')) return;
    this.#retention.start();
    if (this.#receives()) await this.#receive(module);
    for (const { operation, everyMs } of this.definition.schedules) {
      if (await hasMissed(this.database.reader(scheduleContext()), operation.name, everyMs)) {
        // What fails here is reported like any firing that fails, and comes round again with its next period.
        void this.#fire(operation.name).catch((error: unknown) => {
          this.#logger.warn({ err: error, schedule: operation.name }, 'a missed schedule failed');
        });
      }
    }
  }

  async #receive(module: string): Promise<void> {
    const { transport } = this.#options;
    this.#consumer.start();
    const acknowledge = acknowledgeLocally(this.outbox, this.database);
    await transport.receive(module, {
      deliver: (deliveries) => this.#consumer.deliver(deliveries),
      acknowledge,
      fire: (name) => this.#fire(name),
    });
    await transport.schedule(
      module,
      this.definition.schedules.map(({ operation, everyMs }) => ({ name: operation.name, everyMs })),
    );
  }

  /** Ends what runs by itself. The transport has stopped to bring anything by now. */
  async stop(): Promise<void> {
    clearInterval(this.#subscriptionsTimer);
    await this.sagas.stop();
    await this.#consumer.stop();
    await this.#retention.stop();
    await this.#relay.stop();
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  audits(): Audit[] {
    return this.definition.audits.map((audit) => this.#container.get(audit as unknown as ServiceIdentifier<Audit>));
  }

  /** A module that is heard gets acknowledgements from subscribers in other processes. */
  #receives(): boolean {
    const { contract, schedules } = this.definition;
    return this.hearings.size > 0 || schedules.length > 0 || Object.keys(contract.events).length > 0;
  }

  async #fire(name: string): Promise<void> {
    const scheduled = this.definition.schedules.find(({ operation }) => operation.name === name);
    const { operation, everyMs } = present(scheduled, `no schedule is called ${name}`);
    const call = scheduleContext();
    if (await claimFiring(this.database.single(call), name, everyMs)) {
      await this.pipeline.invoke(operation, {}, call);
    }
  }

  #implementationOf(operation: Operation): Implementation<Operation> {
    const implementation = present(this.definition.operations[operation.name], `${operation.id} has no use case`);
    return this.#container.get(implementation as unknown as ServiceIdentifier<Implementation<Operation>>);
  }

  #hearings(): Map<string, Hearing> {
    const hearings = new Map<string, Hearing>();
    const add = ({ type, version }: EventType, handle: HandleEvent): void => {
      hearings.set(type, { version, handlers: [...(hearings.get(type)?.handlers ?? []), handle] });
    };
    for (const { event, subscriber } of this.definition.subscriptions) {
      add(event, async (envelope, work) => {
        const instance = this.#container.get(subscriber as unknown as ServiceIdentifier<Subscriber>);
        await instance.execute({ data: readEvent(event, envelope), envelope }, work);
      });
    }
    for (const saga of this.definition.sagas) {
      for (const { event, key } of saga.wakeUps) {
        add(event, async (envelope, work) => {
          await new SagaStore().wake(work, saga.name, key(readEvent(event, envelope) as never));
        });
      }
    }
    return hearings;
  }

  #createContainer(logger: Logger): Container {
    const { config, clock, secret, values, calls } = this.#options;
    const container = new Container({ defaultScope: 'Singleton' });
    container.bind(DATABASE).toConstantValue(this.database);
    container.bind(SAGAS).toConstantValue(this.sagas);
    container.bind(CLOCK).toConstantValue(clock);
    container.bind(LOGGER).toConstantValue(logger);
    container.bind(CONFIG).toConstantValue(config);
    container.bind(SECRET).toConstantValue(secret);
    for (const { token, value } of values) container.bind(token).toConstantValue(value);
    for (const known of this.definition.knows) {
      container.bind(clientOf(known)).toConstantValue(createClient(known, this.definition.contract.name, calls));
    }
    const subscribers = this.definition.subscriptions.map(({ subscriber }) => subscriber);
    const classes = [
      ...this.definition.provides,
      ...Object.values(this.definition.operations),
      ...subscribers,
      ...this.definition.audits,
    ];
    for (const each of new Set<unknown>(classes)) container.bind(each as never).to(each as never);
    return container;
  }
}

function scheduleContext(): CallContext {
  const deadlineMs = Date.now() + SCHEDULE_DEADLINE_MS;
  return newCallContext({ caller: 'schedule', principal: system('schedule'), deadlineMs });
}
