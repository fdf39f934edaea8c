import type { Logger } from '../shared/telemetry/index.ts';
import { ManagedProcess } from './managed-process.ts';
import type { PlannedProcess } from './plan-processes.ts';

/** Processes that start at the same time: more would only make each other slow. */
const STARTS_AT_ONCE = 3;

export interface SupervisorOptions {
  readonly processes: readonly PlannedProcess[];
  /** The program that each of them runs. */
  readonly entry: string;
  readonly shutdownMs: number;
  readonly logger: Logger;
}

/**
 * The processes of a split on one machine. The public one starts last and stops first, so that whoever is let in finds
 * everybody there.
 * States: made → starting → running (what ends is started again) → stopping → stopped.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #inner: readonly ManagedProcess[];
  readonly #outer: readonly ManagedProcess[];

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { processes, entry, logger } = options;
    const manage = (wanted: readonly PlannedProcess[]): ManagedProcess[] =>
      wanted.map(({ name, environment }) => new ManagedProcess({ name, environment, entry, logger }));
    this.#inner = manage(processes.filter(({ isPublic }) => !isPublic));
    this.#outer = manage(processes.filter(({ isPublic }) => isPublic));
  }

  get processes(): readonly ManagedProcess[] {
    return [...this.#inner, ...this.#outer];
  }

  /** Resolves to the public port when all are ready. Throws when one of them cannot start; then stop the others. */
  async start(): Promise<number> {
    for (let first = 0; first < this.#inner.length; first += STARTS_AT_ONCE) {
      await Promise.all(this.#inner.slice(first, first + STARTS_AT_ONCE).map((each) => each.start()));
    }
    const [port = 0] = await Promise.all(this.#outer.map((each) => each.start()));
    return port;
  }

  async stop(): Promise<void> {
    const { shutdownMs } = this.#options;
    for (const each of this.processes) each.expectEnd();
    for (const group of [this.#outer, this.#inner]) await Promise.all(group.map((each) => each.stop(shutdownMs)));
  }
}
