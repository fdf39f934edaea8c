import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, extname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Covers a loaded machine and the wait for an older process to let go of the books. */
const START_TIMEOUT_MS = 20_000;
/** Longer than the child's own deadline, so that it is killed only when it hangs. */
const STOP_TIMEOUT_MS = 5_000;
const RESTART_FIRST_MS = 100;
const RESTART_LONGEST_MS = 5_000;
const RESTARTS_MAX = 20;
/** A child that lived this long was well, and the count of failed restarts begins anew. */
const STEADY_MS = 5_000;

export interface StartSandboxOptions {
  readonly booksPath: string;
  /** 0, the default, takes any free port. A restart keeps the port of the first start. */
  readonly port?: number;
  readonly webhookUrl?: string;
  readonly webhookSecret: string;
}

export interface RunningSandbox {
  readonly url: string;
  readonly port: number;
  /** The app may learn its own address only after the sandbox is up. Webhooks wait until then. */
  setWebhookUrl(url: string): void;
  stop(): Promise<void>;
}

/**
 * Runs the sandbox provider as a child process, and starts it again on the same port when it dies. Rejects when the
 * first start fails or takes longer than 20 s. It does not keep its parent alive: `stop` it for an orderly end, else
 * it ends by itself soon after the parent.
 */
export async function startSandbox(options: StartSandboxOptions): Promise<RunningSandbox> {
  const child = new SandboxChild({ ...options, booksPath: resolve(options.booksPath) });
  const port = await child.start();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    setWebhookUrl: (url) => child.setWebhookUrl(url),
    stop: () => child.stop(),
  };
}

/**
 * States: `up` (the child has said that it is ready), `down` (it is being started for the first time or again),
 * `stopped` (asked to, or given up after 20 restarts in a row). Only `up` and `down` take turns; `stopped` is final.
 */
class SandboxChild {
  readonly #options: StartSandboxOptions;
  #state: 'up' | 'down' | 'stopped' = 'down';
  #process: ChildProcess | undefined;
  #port: number;
  #webhookUrl: string | undefined;
  #failedRestarts = 0;
  readonly #stopping = new AbortController();

  constructor(options: StartSandboxOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.#webhookUrl = options.webhookUrl;
  }

  async start(): Promise<number> {
    const child = forkMain(this.#environment());
    this.#process = child;
    try {
      this.#port = await readyPort(child);
    } catch (error) {
      await end(child, 'SIGKILL');
      throw error;
    }
    if (this.#state === 'stopped') return this.#port;
    this.#state = 'up';
    // The address may have changed while the child was starting with the older one.
    if (this.#webhookUrl !== undefined) this.setWebhookUrl(this.#webhookUrl);
    child.unref();
    child.channel?.unref();
    const upSince = Date.now();
    const onExit = (): void => void this.#restart(upSince);
    if (hasEnded(child)) onExit();
    else child.once('exit', onExit);
    return this.#port;
  }

  setWebhookUrl(url: string): void {
    this.#webhookUrl = new URL(url).href;
    // A child that is down is given the address when it starts, and a broken channel means that it is going down.
    if (this.#process?.connected) this.#process.send({ webhookUrl: this.#webhookUrl }, () => undefined);
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopping.abort();
    if (this.#process) await end(this.#process, 'SIGTERM');
  }

  async #restart(upSince: number): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'down';
    if (Date.now() - upSince > STEADY_MS) this.#failedRestarts = 0;
    while (this.#state === 'down' && this.#failedRestarts < RESTARTS_MAX) {
      const delayMs = Math.min(RESTART_LONGEST_MS, RESTART_FIRST_MS * 2 ** this.#failedRestarts);
      this.#failedRestarts += 1;
      try {
        await wait(delayMs, undefined, { signal: this.#stopping.signal, ref: false });
        await this.start();
        return;
      } catch (error) {
        if (this.#isStopped()) return;
        process.emitWarning(`The payment sandbox could not be restarted: ${String(error)}`);
      }
    }
    this.#state = 'stopped';
    process.emitWarning(`The payment sandbox died ${RESTARTS_MAX} times in a row and stays down.`);
  }

  /** `stop` may have run during an await, which the compiler's narrowing of the state does not see. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #environment(): NodeJS.ProcessEnv {
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      SANDBOX_PORT: String(this.#port),
      SANDBOX_BOOKS: this.#options.booksPath,
      SANDBOX_WEBHOOK_SECRET: this.#options.webhookSecret,
    };
    delete environment['SANDBOX_WEBHOOK_URL'];
    if (this.#webhookUrl !== undefined) environment['SANDBOX_WEBHOOK_URL'] = this.#webhookUrl;
    return environment;
  }
}

/** The child runs in the form this file runs in: built, or as TypeScript through tsx (development and tests). */
function forkMain(env: NodeJS.ProcessEnv): ChildProcess {
  const here = import.meta.filename;
  const main = join(dirname(here), `main${extname(here)}`);
  const isTypeScript = extname(here) === '.ts';
  const child = fork(main, [], {
    env,
    execArgv: isTypeScript ? ['--import', 'tsx'] : ['--enable-source-maps'],
    // `--import tsx` is looked up from the working directory, and the app may have been started from any.
    ...(isTypeScript && { cwd: dirname(here) }),
    // The parent prints its own addresses; what the child says on stderr is always worth reading.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Without a listener a failed send or kill would end the app. Whoever waits for this child listens for more.
  child.on('error', () => undefined);
  return child;
}

async function readyPort(child: ChildProcess): Promise<number> {
  const giveUp = new AbortController();
  try {
    return await Promise.race([
      reportOf(child, giveUp.signal),
      wait(START_TIMEOUT_MS, undefined, { signal: giveUp.signal }).then(() => {
        throw new Error(`The payment sandbox did not start within ${START_TIMEOUT_MS} ms.`);
      }),
    ]);
  } finally {
    giveUp.abort();
  }
}

function reportOf(child: ChildProcess, signal: AbortSignal): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const onMessage = (message: unknown): void => {
      if (typeof message !== 'object' || message === null) return;
      if ('port' in message && typeof message.port === 'number') resolvePort(message.port);
      if ('failed' in message) reject(new Error(`The payment sandbox did not start: ${String(message.failed)}`));
    };
    const onExit = (code: number | null): void =>
      reject(new Error(`The payment sandbox ended with ${code ?? 'a signal'} before it was ready.`));
    child.on('message', onMessage);
    child.once('error', reject);
    child.once('exit', onExit);
    signal.addEventListener('abort', () => {
      child.off('message', onMessage);
      child.off('error', reject);
      child.off('exit', onExit);
    });
  });
}

/** Asks first with `signal`, and kills what has not ended in time. */
async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  child.ref();
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
