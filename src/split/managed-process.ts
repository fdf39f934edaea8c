import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from '../shared/telemetry/index.ts';
import { backoffMs, minutes, seconds, within } from '../shared/values/index.ts';
import { isReadyMessage } from './ready-message.ts';

const RESTART_BASE_MS = seconds(1);
const RESTART_CAP_MS = seconds(30);
/** A process that has lived so long was not broken from the start: the next restart is soon again. */
const STEADY_MS = minutes(1);
/** Beyond what the process allows itself for an end in good order. */
const GRACE_MS = seconds(5);

export interface ManagedProcessOptions {
  /** As logs call it. */
  readonly name: string;
  /** The program's file. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/**
 * One process of a split, kept alive.
 * States: starting → ready → ended → (a pause that grows) → starting …; stopping, from any of them → stopped.
 */
export class ManagedProcess {
  readonly name: string;
  readonly #options: ManagedProcessOptions;
  #environment: Readonly<Record<string, string | undefined>>;
  #process: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ManagedProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#environment = options.environment;
  }

  /** For tests and for those who operate it. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves to its public port when it is ready for the first time. Throws when it ends before that. */
  async start(): Promise<number> {
    return await new Promise<number>((ready, fail) => {
      this.#launch(
        (port) => {
          // A port that was chosen once stays what it is: somebody knows it by now.
          this.#environment = { ...this.#environment, PORT: String(port) };
          ready(port);
        },
        () => fail(new Error(`the process ${this.name} has ended before it was ready; see what it has written`)),
      );
    });
  }

  /** From now on an end is no surprise: a signal may have reached all processes at once. */
  expectEnd(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
  }

  /** Lets it end in good order; one that does not within `limitMs` and a little is killed. */
  async stop(limitMs: number): Promise<void> {
    this.expectEnd();
    this.#process?.kill('SIGTERM');
    if (!(await within(limitMs + GRACE_MS, this.#ended))) this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  #launch(onReady: (port: number) => void, onEndBeforeReady?: () => void): void {
    const startedMs = performance.now();
    const child = fork(this.#options.entry, [], {
      env: { ...this.#environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let isReady = false;
    this.#process = child;
    child.on('message', (message) => {
      if (!isReadyMessage(message)) return;
      isReady = true;
      onReady(message.ready);
    });
    this.#ended = new Promise((done) => {
      child.once('error', (error) => this.#options.logger.error({ err: error }, `${this.name} could not be started`));
      child.once('exit', (code, signal) => {
        this.#process = undefined;
        done();
        if (this.#stopping) return;
        this.#options.logger.error({ process: this.name, code, signal }, 'a process has ended');
        if (!isReady && onEndBeforeReady !== undefined) onEndBeforeReady();
        else this.#launchLater(performance.now() - startedMs);
      });
    });
  }

  #launchLater(livedMs: number): void {
    this.#failures = livedMs >= STEADY_MS ? 1 : this.#failures + 1;
    const pauseMs = backoffMs(this.#failures, RESTART_BASE_MS, RESTART_CAP_MS);
    this.#timer = setTimeout(() => {
      this.#launch(() => this.#options.logger.info({ process: this.name }, 'a process is back'));
    }, pauseMs);
  }
}
