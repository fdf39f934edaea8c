import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import request from 'supertest';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** The application as it is built for an operator. */
export const MAIN = resolve(ROOT, 'dist', 'main.js');
const READY = /is ready at http:\/\/localhost:(\d+)/;
/** The app's own limit for a stop is shorter: what is left after this long hangs, and the test says so. */
const EXIT_LIMIT_MS = 60_000;

const STOP_LIMIT_MS = 20_000;

export const ADMIN_KEY = 'bnk_a_staff_key_of_fault_tests';

export interface ChildOptions {
  /** Nothing else of this process's environment is passed on, but the path to its programs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  /** The main file of another version; default: this one's. */
  readonly program?: string;
  /** Through npm, as the README says. */
  readonly throughNpm?: boolean;
  /** As another user, where that is possible: for root alone. */
  readonly userId?: number;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Compiles the sources once, as `npm start` does: the tests start what an operator starts. */
export function buildApp(): void {
  if (isBuilt()) return;
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0 && !existsSync(MAIN)) throw new Error(`the build failed: ${stderr}`);
}

/** The suite before this one has built it, and nothing has changed since. */
function isBuilt(): boolean {
  if (!existsSync(MAIN)) return false;
  const builtMs = statSync(MAIN).mtimeMs;
  return readdirSync(resolve(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).every(
    (path) => statSync(resolve(ROOT, 'src', path)).mtimeMs < builtMs,
  );
}

/** The application as a process of its own, in a process group of its own, to be killed and started again. */
export class ChildApp {
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #ready: Promise<string>;
  #output = '';
  #complaint = '';

  constructor({ environment, arguments: given = [], program = MAIN, throughNpm = false, userId }: ChildOptions) {
    const [command, fixed] = throughNpm ? ['npm', ['start', '--silent']] : [process.execPath, [program]];
    this.#process = spawn(command, [...fixed, ...given], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    });
    this.ended = new Promise((done) => this.#process.once('close', (code, signal) => done({ code, signal })));
    this.#ready = new Promise((done, fail) => {
      const read = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        const port = READY.exec(this.#output)?.[1];
        if (port !== undefined) done(`http://127.0.0.1:${port}`);
      };
      this.#process.stdout?.on('data', read);
      this.#process.stderr?.on('data', (chunk: Buffer) => {
        this.#complaint += chunk.toString();
        read(chunk);
      });
      this.#process.once('close', () => fail(new Error(`the app ended before it was ready: ${this.#output}`)));
    });
    // Whoever awaits it learns of it; a test that wants the app to end does not.
    this.#ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** All that it has written. */
  get output(): string {
    return this.#output;
  }

  /** What it has written for the operator's eyes: its log goes elsewhere. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** Its address, once it says that it is ready. Rejects when it ends before. */
  async url(): Promise<string> {
    return await this.#ready;
  }

  /** The ways into it, as the journeys' fixtures want them. */
  async shop() {
    const url = await this.url();
    return { url, store: request.agent(url), admin: request.agent(url).set('Authorization', `Bearer ${ADMIN_KEY}`) };
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** As a terminal does it on Ctrl-C: to the process and to all that it has started in its group. */
  signalGroup(signal: NodeJS.Signals): void {
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, signal);
  }

  /** How it ended; one that does not end by itself is killed, and that is an error. */
  async ending(limitMs: number = EXIT_LIMIT_MS): Promise<Ending> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error(`the app did not end within ${limitMs} ms: ${this.#output}`)), limitMs);
    });
    return await Promise.race([this.ended, limit]).finally(() => clearTimeout(timer));
  }

  /** For the end of a test, however it went: nothing of it is left behind. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGTERM');
    // What does not end by itself is killed in the next line, and a test that cares has asked for the ending before.
    await this.ending(STOP_LIMIT_MS).catch(() => undefined);
    try {
      this.signalGroup('SIGKILL');
    } catch (error) {
      // No such group: all of it has ended, as it should.
      if ((error as { code?: string }).code !== 'ESRCH') throw error;
    }
  }
}
