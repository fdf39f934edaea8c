import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Door } from '../app.ts';
import type { Logger } from '../shared/telemetry/index.ts';
import { backoffMs, minutes, seconds, within } from '../shared/values/index.ts';
import type { FromProcess, ToProcess } from './messages.ts';
import type { OpenDoor, Taker } from './open-door.ts';

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
  /** Where its connections come from. */
  readonly doors: ReadonlyMap<Door, OpenDoor>;
  readonly logger: Logger;
}

/** One life of it, from its start to its end. */
interface Life {
  readonly child: ChildProcess;
  readonly startedMs: number;
  readonly takers: readonly (readonly [OpenDoor, Taker])[];
  readonly ended: Promise<void>;
}

/**
 * One process of a split, kept alive. One that was told to end goes on until its successor is ready, so that there is
 * always one to take a connection.
 * States: starting → serving → (a successor starts → the successor serves, it ends) …; ended by itself → (a pause that
 * grows) → starting …; stopping, from any of them → stopped.
 */
export class ManagedProcess {
  readonly name: string;
  readonly #options: ManagedProcessOptions;
  readonly #lives = new Set<Life>();
  #serving: Life | undefined;
  #starting: Life | undefined;
  #first: { readonly ready: () => void; readonly fail: (error: Error) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopping = false;

  constructor(options: ManagedProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Resolves when it takes connections for the first time. Throws when it ends before that. */
  async start(): Promise<void> {
    await new Promise<void>((ready, fail) => {
      this.#first = { ready, fail };
      this.#launch();
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
    const lives = [...this.#lives];
    for (const life of lives) tell(life, 'end');
    const ended = Promise.all(lives.map((life) => life.ended));
    if (!(await within(limitMs + GRACE_MS, ended))) for (const { child } of lives) child.kill('SIGKILL');
    await ended;
  }

  #launch(): void {
    if (this.#starting !== undefined) return;
    const { entry, environment, doors, logger } = this.#options;
    const child = fork(entry, [], { env: { ...environment }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const takers = [...doors].map(([name, door]) => [door, (socket: Socket) => handOn(child, name, socket)] as const);
    const ended = new Promise<void>((done) => {
      child.once('error', (error) => logger.error({ err: error }, `${this.name} could not be started`));
      child.once('exit', (code, signal) => {
        this.#bury(life, { code, signal });
        done();
      });
    });
    const life: Life = { child, startedMs: performance.now(), takers, ended };
    child.on('message', (message) => this.#hear(life, message as FromProcess));
    this.#lives.add(life);
    this.#starting = life;
  }

  #hear(life: Life, message: FromProcess): void {
    if (message === 'ready' && life === this.#starting) this.#replace(life);
    // Where all of them are to end, nobody waits for a successor.
    else if (this.#stopping || life !== this.#serving) tell(life, 'end');
    else this.#launch();
  }

  #replace(life: Life): void {
    const previous = this.#serving;
    this.#serving = life;
    this.#starting = undefined;
    for (const [door, taker] of life.takers) door.add(taker);
    if (previous !== undefined) {
      leaveDoors(previous);
      tell(previous, 'end');
    }
    this.#first?.ready();
    if (this.#first === undefined) this.#options.logger.info({ process: this.name }, 'a process is back');
    this.#first = undefined;
  }

  #bury(life: Life, how: { code: number | null; signal: NodeJS.Signals | null }): void {
    this.#lives.delete(life);
    leaveDoors(life);
    const wasNeeded = life === this.#serving || life === this.#starting;
    if (life === this.#serving) this.#serving = undefined;
    if (life === this.#starting) this.#starting = undefined;
    if (!wasNeeded || this.#stopping) return;
    this.#options.logger.error({ process: this.name, ...how }, 'a process has ended');
    if (this.#first === undefined) this.#launchLater(performance.now() - life.startedMs);
    else this.#first.fail(new Error(`the process ${this.name} has ended before it was ready; see what it has written`));
  }

  #launchLater(livedMs: number): void {
    this.#failures = livedMs >= STEADY_MS ? 1 : this.#failures + 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#launch(), backoffMs(this.#failures, RESTART_BASE_MS, RESTART_CAP_MS));
  }
}

function leaveDoors({ takers }: Life): void {
  for (const [door, taker] of takers) door.remove(taker);
}

/** One that has just ended hears nothing any more, which its end tells as well. */
function tell({ child }: Life, message: ToProcess): void {
  if (child.connected) child.send(message, () => undefined);
}

/** A connection to a process that dies at this moment ends with it. */
function handOn(child: ChildProcess, door: Door, socket: Socket): void {
  if (!child.connected) {
    socket.destroy();
    return;
  }
  child.send(door satisfies ToProcess, socket, (error) => {
    if (error !== null) socket.destroy();
  });
}
