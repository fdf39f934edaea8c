import { Counter, Gauge, type Registry } from 'prom-client';
import { busContext } from '../bus/index.ts';
import type { SagaCounters } from '../sagas/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { seconds, within } from '../values/index.ts';
import type { HostedModule } from './hosted-module.ts';

/** A scrape answers without what a database would not tell in this time. */
const READ_LIMIT_MS = seconds(2);
const READ_PAUSE_MS = seconds(1);
/** Ended ones are many and say nothing about now. */
const OPEN = ['running', 'compensating', 'parked', 'needs_attention'] as const;

/** The business processes of one process's modules in figures. */
export class SagaMetrics {
  readonly #registry: Registry;
  readonly #stale: Counter<'module'>;
  readonly #takenOver: Counter<'module'>;
  readonly #lost: Counter<'module'>;

  constructor(registry: Registry) {
    const counter = (name: string, help: string): Counter<'module'> =>
      new Counter({ name: `banyan_sagas_${name}_total`, help, labelNames: ['module'], registers: [registry] });
    this.#registry = registry;
    this.#stale = counter('stale_writes', 'Writes that were refused because another process had taken the saga over.');
    this.#takenOver = counter('taken_over', 'Sagas that this process took up, asleep ones included.');
    this.#lost = counter('owners_lost', 'Of those, the ones whose owner gave no sign of life.');
  }

  countersOf(module: string): SagaCounters {
    return {
      stale: () => this.#stale.inc({ module }),
      takenOver: (sagas, fromTheDead) => {
        this.#takenOver.inc({ module }, sagas);
        this.#lost.inc({ module }, fromTheDead);
      },
    };
  }

  /** From here on each scrape asks these modules for their open sagas. */
  observe(modules: ReadonlyMap<string, HostedModule>, logger: Logger): void {
    let readAtMs = Number.NEGATIVE_INFINITY;
    const gauge: Gauge<'module' | 'status'> = new Gauge({
      name: 'banyan_sagas_open',
      help: 'Sagas that have not ended, by status.',
      labelNames: ['module', 'status'],
      registers: [this.#registry],
      collect: async () => {
        if (performance.now() - readAtMs < READ_PAUSE_MS) return;
        readAtMs = performance.now();
        const readings = [...modules.values()].map((module) => readOpen(module, gauge, logger));
        await within(READ_LIMIT_MS, Promise.all(readings));
      },
    });
  }
}

async function readOpen({ database }: HostedModule, gauge: Gauge<'module' | 'status'>, logger: Logger): Promise<void> {
  try {
    const rows = await database.reader(busContext()).rows<{
      status: string;
      count: number;
    }>(`select status, count(*) as count from sagas where status = any($1) group by status`, [[...OPEN]]);
    const counts = new Map(rows.map(({ status, count }) => [status, count]));
    for (const status of OPEN) gauge.set({ module: database.module, status }, counts.get(status) ?? 0);
  } catch (error) {
    logger.warn({ err: error, module: database.module }, 'the state of the sagas could not be read');
  }
}
