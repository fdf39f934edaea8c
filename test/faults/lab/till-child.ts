import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { seconds, within } from '../../../src/shared/values/index.ts';
import type { Ending } from '../child-app.ts';
import type { SellRequest, TillReply, TillRequest } from './till-messages.ts';
import { TILL_PROGRAM } from './till-program.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
/** The machine may start several at once. */
const READY_LIMIT_MS = seconds(60);
const ANSWER_LIMIT_MS = seconds(60);
const STOP_LIMIT_MS = seconds(30);
/** What it writes beyond this is forgotten, the oldest first. */
const MAX_OUTPUT = 1_000_000;

type Request = TillRequest extends infer Each ? (Each extends TillRequest ? Omit<Each, 'id'> : never) : never;

interface Asked {
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * A process that hosts some of the till's modules, as its parent sees it.
 * States: starting → ready (answers) → ended, by itself, by a signal or when it is stopped.
 */
export class TillChild {
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #ready: Promise<void>;
  #ending: Ending | undefined;
  #lastId = 0;
  #stderr = '';

  constructor(environment: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, ['--enable-source-maps', TILL_PROGRAM], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-MAX_OUTPUT);
    });
    this.ended = new Promise((done) => {
      this.#process.once('close', (code, signal) => {
        this.#ending = { code, signal };
        for (const { fail } of this.#asked.values()) fail(new Error(`the process ended (${signal ?? String(code)})`));
        this.#asked.clear();
        done(this.#ending);
      });
    });
    this.#ready = new Promise((done, fail) => {
      this.#process.on('message', (reply: TillReply) => {
        if ('ready' in reply) done();
        else this.#hear(reply);
      });
      this.#process.on('error', fail);
      this.#process.once('close', () => fail(new Error(`the process ended before it was ready: ${this.#stderr}`)));
    });
    // Whoever awaits it learns of it; a test that has it killed at its start does not.
    this.#ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What it has logged, and its last words. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when its modules have started; rejects when it ends before that. */
  async ready(): Promise<void> {
    if (await within(READY_LIMIT_MS, this.#ready)) return;
    throw new Error(`the process was not ready within ${READY_LIMIT_MS} ms: ${this.#stderr}`);
  }

  /** Sells in one transaction. Rejects when it failed, or when nobody knows: the database does. */
  async sell(tills: string | readonly string[], numbers: readonly number[], padding?: string): Promise<void> {
    const sell: SellRequest = { tills: [tills].flat(), numbers, ...(padding === undefined ? {} : { padding }) };
    await this.#ask({ sell });
  }

  /** Its clock is wrong by so much from now on. */
  async setClockSkew(skewMs: number): Promise<void> {
    await this.#ask({ skewMs });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<Ending> {
    this.signal('SIGKILL');
    return await this.ended;
  }

  /** Lets it come to its end in good order, by itself; one that does not is killed, and that is an error. */
  async stop(): Promise<Ending> {
    if (this.#ending !== undefined) return this.#ending;
    this.signal('SIGCONT');
    let refusal = '';
    const stopped = this.#ask({ stop: true }).catch((error: unknown) => {
      refusal = String(error);
    });
    if (!(await within(STOP_LIMIT_MS, Promise.all([stopped, this.ended])))) {
      await this.kill();
      throw new Error(`the process did not end within ${STOP_LIMIT_MS} ms: ${refusal} ${this.#stderr}`);
    }
    if (refusal !== '') throw new Error(`the process did not stop in good order: ${refusal} ${this.#stderr}`);
    return await this.ended;
  }

  #hear(reply: Exclude<TillReply, { ready: true }>): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if ('ok' in reply) asked?.done();
    else asked?.fail(new Error(reply.error));
  }

  async #ask(request: Request): Promise<void> {
    if (this.#ending !== undefined) throw new Error('the process has ended');
    const id = (this.#lastId += 1);
    const answer = new Promise<void>((done, fail) => {
      this.#asked.set(id, { done, fail });
      this.#process.send({ ...request, id }, (error) => {
        if (error !== null) fail(error);
      });
    });
    const inTime = await within(ANSWER_LIMIT_MS, answer);
    if (!inTime) throw new Error(`the process did not answer within ${ANSWER_LIMIT_MS} ms: ${this.#stderr}`);
  }
}
