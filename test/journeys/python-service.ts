import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { serviceKeyOf } from '../../src/shared/remote/index.ts';
import { eventually, TEST_SECRET } from '../../src/shared/testing/index.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'examples', 'python-notifications');
const STOP_LIMIT_MS = 5_000;

/** The notifications module in Python, as a process of its own that may be killed and started again on the same data. */
export class PythonNotifications {
  readonly url: string;
  readonly key = serviceKeyOf(TEST_SECRET, 'notifications');
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;

  /** `folder`: where its data lives. */
  constructor(port: number, folder: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = { PORT: String(port), DATA: join(folder, 'messages.db'), PYTHONDONTWRITEBYTECODE: '1' };
  }

  async start(): Promise<void> {
    if (spawnSync('python3', ['--version']).error !== undefined) {
      throw new Error(
        'There is no python3 on this machine, so that nothing shows that a module can be in another language. Install it.',
      );
    }
    const environment = { ...process.env, ...this.#environment, BANYAN_SERVICE_KEY: this.key };
    this.#process = spawn('python3', ['notifications.py'], { cwd: FOLDER, env: environment, stdio: 'ignore' });
    await eventually(async () => {
      const { status } = await fetch(`${this.url}/health`);
      if (status !== 200) throw new Error(`it answers ${status}`);
    });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.kill(signal);
    await once(child, 'exit');
    clearTimeout(limit);
  }
}
