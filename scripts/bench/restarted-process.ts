import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { seconds } from '../../src/shared/values/index.ts';
import { freePort } from './free-port.ts';

const START_LIMIT_MS = seconds(60);
const POLL_MS = 20;

/** The built application at one address, in one process after the other. */
export class RestartedProcess {
  readonly url: string;
  /** From the death of one process until the next one is ready, each time. */
  readonly restartsMs: number[] = [];
  isUp = false;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess;

  private constructor(port: number, environment: Readonly<Record<string, string>>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = {
      ...environment,
      PORT: String(port),
      HOST: '127.0.0.1',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'fatal',
    };
    this.#child = this.#spawn();
  }

  static async start(environment: Readonly<Record<string, string>>): Promise<RestartedProcess> {
    const process = new RestartedProcess(await freePort(), environment);
    await process.#untilReady();
    return process;
  }

  async killAndRestart(): Promise<void> {
    this.isUp = false;
    await this.#end('SIGKILL');
    const fromMs = performance.now();
    this.#child = this.#spawn();
    await this.#untilReady();
    this.restartsMs.push(performance.now() - fromMs);
  }

  async stop(): Promise<void> {
    this.isUp = false;
    await this.#end('SIGTERM');
  }

  #spawn(): ChildProcess {
    return spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.#environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async #untilReady(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (Date.now() < end) {
      this.isUp = await fetch(`${this.url}/readyz`).then(
        ({ ok }) => ok,
        // Its port is not open yet.
        () => false,
      );
      if (this.isUp) return;
      await pause(POLL_MS);
    }
    throw new Error(`the application was not ready within ${START_LIMIT_MS} ms`);
  }
}
