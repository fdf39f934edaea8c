import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_KEY } from './bench-application.ts';
import { freePort } from './free-port.ts';

const START_LIMIT_MS = 120_000;
const POLL_MS = 100;

/** The built application in a process of its own, as `npm start` runs it, with these arguments. */
export class ApplicationProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;

  private constructor(url: string, child: ChildProcess, dataDir: string) {
    this.url = url;
    this.#child = child;
    this.#dataDir = dataDir;
  }

  static async start(...given: string[]): Promise<ApplicationProcess> {
    return await ApplicationProcess.startOf(process.cwd(), ...given);
  }

  /** Of another checkout that is built, in its folder. */
  static async startOf(folder: string, ...given: string[]): Promise<ApplicationProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
    const port = await freePort();
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js', ...given], {
      cwd: folder,
      env: {
        ...process.env,
        PORT: String(port),
        HOST: '127.0.0.1',
        BANYAN_DATA_DIR: dataDir,
        BANYAN_ADMIN_KEY: ADMIN_KEY,
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const application = new ApplicationProcess(`http://127.0.0.1:${port}`, child, dataDir);
    await application.#untilReady();
    return application;
  }

  /** Resident memory, in megabytes. */
  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (Date.now() < end) {
      const ready = await fetch(`${this.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`the application was not ready within ${START_LIMIT_MS} ms`);
  }
}
