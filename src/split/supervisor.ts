import type { Door } from '../app.ts';
import type { Logger } from '../shared/telemetry/index.ts';
import { ManagedProcess } from './managed-process.ts';
import { OpenDoor } from './open-door.ts';
import type { PlannedProcess } from './plan-processes.ts';

/** Processes that start at the same time: more would only make each other slow. */
const STARTS_AT_ONCE = 3;

export interface SupervisorOptions {
  readonly processes: readonly PlannedProcess[];
  /** The program that each of them runs. */
  readonly entry: string;
  /** Of the public API. */
  readonly port: number;
  readonly host: string;
  readonly shutdownMs: number;
  readonly logger: Logger;
}

/**
 * The processes of a split on one machine, behind ports that are the supervisor's own: whoever connects while a process
 * restarts waits for it. The public ones start last and stop first, so that whoever is let in finds everybody there.
 * States: made → starting → running (what ends is started again) → stopping → stopped.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #inner: readonly ManagedProcess[] = [];
  #outer: readonly ManagedProcess[] = [];
  #public: OpenDoor | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Resolves to the public port when all are ready. Throws when one of them cannot start; then stop the others. */
  async start(): Promise<number> {
    const { processes, port, host } = this.#options;
    const opened = await OpenDoor.at(port, host);
    this.#public = opened.door;
    this.#inner = this.#manage(processes.filter(({ isPublic }) => !isPublic));
    this.#outer = this.#manage(processes.filter(({ isPublic }) => isPublic));
    for (let first = 0; first < this.#inner.length; first += STARTS_AT_ONCE) {
      await Promise.all(this.#inner.slice(first, first + STARTS_AT_ONCE).map((each) => each.start()));
    }
    await Promise.all(this.#outer.map((each) => each.start()));
    return opened.port;
  }

  async stop(): Promise<void> {
    const { shutdownMs } = this.#options;
    this.#public?.close();
    for (const each of [...this.#outer, ...this.#inner]) each.expectEnd();
    for (const group of [this.#outer, this.#inner]) await Promise.all(group.map((each) => each.stop(shutdownMs)));
    for (const { internalDoor } of this.#options.processes) internalDoor?.close();
  }

  #manage(planned: readonly PlannedProcess[]): ManagedProcess[] {
    const { entry, logger } = this.#options;
    return planned.map(({ name, isPublic, internalDoor, environment }) => {
      const doors = new Map<Door, OpenDoor>();
      if (isPublic && this.#public !== undefined) doors.set('public', this.#public);
      if (internalDoor !== undefined) doors.set('internal', internalDoor);
      return new ManagedProcess({ name, environment, doors, entry, logger });
    });
  }
}
