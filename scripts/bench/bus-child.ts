import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { minutes, seconds, within } from '../../src/shared/values/index.ts';
import type { BusAddress, BusFigures, BusReply, BusRequest, PublishRequest } from './bus-messages.ts';

const ENTRY = resolve(import.meta.dirname, 'bus-process.ts');
const READY_LIMIT_MS = seconds(60);
const ANSWER_LIMIT_MS = minutes(5);
const STOP_LIMIT_MS = seconds(40);

type Wish = BusRequest extends infer Each ? (Each extends BusRequest ? Omit<Each, 'id'> : never) : never;

interface Asked {
  readonly done: (figures: BusFigures) => void;
  readonly fail: (error: Error) => void;
}

/**
 * A process that hosts one module of the measurement, as its parent sees it.
 * States: starting → ready (answers) → ended, by itself or when it is stopped.
 */
export class BusChild {
  readonly #process: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #lastId = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = new Promise((done) => {
      const end = (): void => {
        this.#hasEnded = true;
        for (const { fail } of this.#asked.values()) fail(new Error('a process of the measurement has ended'));
        this.#asked.clear();
        done();
      };
      process.once('exit', end);
      process.once('error', end);
    });
  }

  /** BENCH_CPU_PROFILE names a folder that gets a profile of each process when it ends. */
  static async start(module: string, address: BusAddress): Promise<BusChild> {
    const profileFolder = process.env['BENCH_CPU_PROFILE'];
    const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileFolder)}`];
    const parts = [...profiling, '--import', 'tsx', ENTRY, module, JSON.stringify(address)];
    const child = new BusChild(
      spawn(process.execPath, parts, { stdio: ['ignore', process.stderr, process.stderr, 'ipc'] }),
    );
    if (await within(READY_LIMIT_MS, child.#untilReady())) return child;
    await child.stop();
    throw new Error(`${module} was not ready within ${READY_LIMIT_MS} ms`);
  }

  async publish(publish: PublishRequest): Promise<BusFigures> {
    return await this.#ask({ publish });
  }

  async figures(): Promise<BusFigures> {
    return await this.#ask({ figures: true });
  }

  /** Lets it end in good order; one that does not is killed. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const inTime = await within(STOP_LIMIT_MS, Promise.allSettled([this.#ask({ stop: true }), this.#ended]));
    if (!inTime) this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async #untilReady(): Promise<void> {
    await new Promise<void>((done, fail) => {
      this.#process.on('message', (reply: BusReply) => {
        if ('ready' in reply) done();
        else this.#hear(reply);
      });
      void this.#ended.then(() => fail(new Error('a process of the measurement ended before it was ready')));
    });
  }

  #hear(reply: Exclude<BusReply, { ready: true }>): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if ('figures' in reply) asked?.done(reply.figures);
    else asked?.fail(new Error(reply.error));
  }

  async #ask(wish: Wish): Promise<BusFigures> {
    if (this.#hasEnded) throw new Error('a process of the measurement has ended');
    const id = (this.#lastId += 1);
    let figures: BusFigures | undefined;
    const answer = new Promise<BusFigures>((done, fail) => {
      this.#asked.set(id, { done, fail });
      this.#process.send({ ...wish, id }, (error) => {
        if (error !== null) fail(error);
      });
    }).then((given) => (figures = given));
    await within(ANSWER_LIMIT_MS, answer);
    if (figures === undefined) throw new Error(`a process did not answer within ${ANSWER_LIMIT_MS} ms`);
    return figures;
  }
}
