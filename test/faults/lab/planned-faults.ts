import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** throw: the handler fails. kill: its process dies in it. slow: it takes its time and then succeeds. */
export type FaultKind = 'throw' | 'kill' | 'slow';

export interface PlannedFault {
  readonly kind: FaultKind;
  /** How often it happens, over all processes. */
  readonly times: number;
  /** Of `slow`. */
  readonly waitMs: number;
}

/**
 * What is to go wrong when a module handles a sale. It is kept in a folder, and not in the database, because the
 * transaction of a handler that fails takes all its traces back: one file says what happens, and another grows by one
 * byte each time it has.
 */
export class PlannedFaults {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'faults');
    mkdirSync(this.#folder, { recursive: true });
  }

  plan(module: string, till: string, number: number, fault: PlannedFault): void {
    const path = this.#path(module, till, number);
    rmSync(counterOf(path), { force: true });
    writeFileSync(path, JSON.stringify(fault));
  }

  /** How often it has happened. */
  countOf(module: string, till: string, number: number): number {
    return statSync(counterOf(this.#path(module, till, number)), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Called by the handler: does to it what is planned. */
  async strike(module: string, till: string, number: number): Promise<void> {
    const path = this.#path(module, till, number);
    const fault = read(path);
    if (fault === undefined || this.countOf(module, till, number) >= fault.times) return;
    appendFileSync(counterOf(path), '.');
    switch (fault.kind) {
      case 'throw':
        throw new Error(`the pen of ${module} broke at ${till} ${number}`);
      case 'kill':
        process.kill(process.pid, 'SIGKILL');
        break;
      case 'slow':
        await pause(fault.waitMs);
    }
  }

  #path(module: string, till: string, number: number): string {
    return join(this.#folder, encodeURIComponent(`${module} ${till} ${number}`));
  }
}

function counterOf(path: string): string {
  return `${path}.count`;
}

function read(path: string): PlannedFault | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PlannedFault;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
