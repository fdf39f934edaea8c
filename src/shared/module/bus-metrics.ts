import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { busContext, readBusState, type BusCounters, type BusState } from '../bus/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { seconds, within } from '../values/index.ts';
import type { HostedModule } from './hosted-module.ts';

/** From an idle system, where an event is there at once, to one that catches up after a fault. */
const LAG_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** A scrape answers without what a database would not tell in this time. */
const READ_LIMIT_MS = seconds(2);
/** However often the page is asked for, the databases are not asked more often than this. */
const READ_PAUSE_MS = seconds(1);

/** The bus of one process in figures: what it has done, counted as it happens, and what is open, asked at each scrape. */
export class BusMetrics {
  readonly #registry: Registry;
  readonly #counters: (module: string) => BusCounters;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#counters = defineCounters(registry);
  }

  countersOf(module: string): BusCounters {
    return this.#counters(module);
  }

  /** From here on each scrape asks these modules for their state. */
  observe(modules: ReadonlyMap<string, HostedModule>, logger: Logger): void {
    let readAtMs = Number.NEGATIVE_INFINITY;
    let reading: Promise<void> | undefined;
    // prom-client asks all metrics at the same time: each of ours waits for the one reading behind them.
    const read = async (): Promise<void> => {
      if (reading === undefined && performance.now() - readAtMs >= READ_PAUSE_MS) {
        readAtMs = performance.now();
        reading = collectAll(modules, gauges, logger).finally(() => (reading = undefined));
      }
      await reading;
    };
    const gauges = defineGauges(this.#registry, read);
    new Gauge({
      name: 'banyan_bus_modules',
      help: 'Modules whose ends of the bus this process hosts.',
      registers: [this.#registry],
      collect() {
        this.set(modules.size);
      },
    });
  }
}

async function collectAll(
  modules: ReadonlyMap<string, HostedModule>,
  gauges: ReturnType<typeof defineGauges>,
  logger: Logger,
): Promise<void> {
  gauges.reset();
  const readings = [...modules].map(async ([module, { database }]) => {
    try {
      gauges.set(module, await readBusState(database.reader(busContext())));
    } catch (error) {
      logger.warn({ err: error, module }, 'the state of the bus could not be read');
    }
  });
  await within(READ_LIMIT_MS, Promise.all(readings));
}

function defineCounters(registry: Registry): (module: string) => BusCounters {
  const counter = (name: string, help: string): Counter<'module'> =>
    new Counter({ name: `banyan_bus_${name}_total`, help, labelNames: ['module'], registers: [registry] });
  const sent = counter('deliveries_sent', 'Deliveries that a publisher put on a queue.');
  const again = counter('deliveries_resent', 'Of those, the ones that were put there before.');
  const received = counter('deliveries_received', 'Deliveries that a queue brought to a subscriber.');
  const duplicates = counter('duplicates', 'Of those, the ones that its inbox had already.');
  const handled = counter('events_handled', 'Events whose effects a subscriber has committed.');
  const failed = counter('handler_failures', 'Attempts in which a handler failed.');
  const lag = new Histogram({
    name: 'banyan_bus_lag_seconds',
    help: 'From an event to its committed effects, by subscriber.',
    labelNames: ['module'],
    buckets: LAG_BUCKETS_SECONDS,
    registers: [registry],
  });
  return (module) => ({
    sent: (deliveries, resent) => {
      sent.inc({ module }, deliveries);
      again.inc({ module }, resent);
    },
    received: (deliveries) => received.inc({ module }, deliveries),
    duplicates: (deliveries) => duplicates.inc({ module }, deliveries),
    handled: (deliveries) => {
      handled.inc({ module }, deliveries.length);
      for (const { envelope } of deliveries) {
        lag.observe({ module }, Math.max(0, Date.now() - Date.parse(envelope.time)) / seconds(1));
      }
    },
    failed: (deliveries) => failed.inc({ module }, deliveries),
  });
}

function defineGauges(registry: Registry, collect: () => Promise<void>) {
  const all: Gauge<'module' | 'subscriber'>[] = [];
  const gauge = (name: string, help: string, labels: readonly ('module' | 'subscriber')[] = ['module']) => {
    const made = new Gauge({
      name: `banyan_bus_${name}`,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect,
    });
    all.push(made);
    return made;
  };
  const depth = gauge('outbox_depth', 'Deliveries that are not acknowledged.', ['module', 'subscriber']);
  const oldest = gauge('outbox_oldest_seconds', 'Age of the oldest of them.', ['module', 'subscriber']);
  const quarantined = gauge('quarantined', 'Deliveries that no queue takes.');
  const lag = gauge('inbox_oldest_seconds', 'Age of the oldest event that has come and is not done.');
  const retrying = gauge('inbox_retrying', 'Events whose handler failed and will be tried again.');
  const parked = gauge('inbox_parked', 'Events that wait for their predecessors.');
  const parkedKeys = gauge('inbox_parked_keys', 'Aggregates of which at least one event waits.');
  const dead = gauge('dead_letters', 'Events that wait for an operator.');
  return {
    reset: () => {
      for (const each of all) each.reset();
    },
    set: (module: string, { outbox, quarantined: setAside, inbox }: BusState) => {
      for (const { subscriber, depth: open, oldestSeconds } of outbox) {
        depth.set({ module, subscriber }, open);
        oldest.set({ module, subscriber }, oldestSeconds);
      }
      quarantined.set({ module }, setAside);
      lag.set({ module }, inbox.oldestSeconds);
      retrying.set({ module }, inbox.retrying);
      parked.set({ module }, inbox.parked);
      parkedKeys.set({ module }, inbox.parkedKeys);
      dead.set({ module }, inbox.dead);
    },
  };
}
