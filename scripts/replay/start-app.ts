import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { replayLimits } from './replay-limits.ts';

export interface StartedApp {
  url: string;
  stop(): Promise<void>;
}

export interface AppCommand {
  command: string;
  arguments: string[];
  cwd: string;
  adminKey: string;
  /** Called when the app ends by itself. */
  onExit: (reason: string) => void;
  signal: AbortSignal;
}

/** Starts the app beside the replay, on a free port, and waits until it is ready. */
export async function startApp(app: AppCommand): Promise<StartedApp> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { HOST: '127.0.0.1', PORT: String(port), RATE_LIMIT: 'off', BANYAN_ADMIN_KEY: app.adminKey };
  const child = spawn(app.command, app.arguments, {
    cwd: app.cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own: Ctrl-C should stop the replay first, and the app when nothing is under way any more.
    detached: true,
  });
  const output = keepLastLines(child);
  const stopAtExit = (): void => void child.kill('SIGTERM');
  process.once('exit', stopAtExit);
  let isStopping = false;
  let ended: string | null = null;
  const exited = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      ended ??= reason;
      if (!isStopping) app.onExit(`${reason}\n${output.join('\n')}`);
      resolve();
    };
    child.once('error', (error) => end(`the app could not be started: ${error.message}`));
    child.once('exit', (code, signal) => end(`the app ended by itself (${signal ?? `exit code ${code}`})`));
  });
  const stop = async (): Promise<void> => {
    isStopping = true;
    process.off('exit', stopAtExit);
    if (ended !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), replayLimits.stopWaitMs);
    await exited;
    clearTimeout(timer);
  };
  try {
    await waitUntilReady(url, app.signal, () => ended);
  } catch (error) {
    await stop();
    app.signal.throwIfAborted();
    throw new Error(`The app did not get ready: ${String(error)}\n${output.join('\n')}`, { cause: error });
  }
  return { url, stop };
}

async function waitUntilReady(url: string, signal: AbortSignal, ended: () => string | null): Promise<void> {
  const deadline = Date.now() + replayLimits.startWaitMs;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    const reason = ended();
    if (reason !== null) throw new Error(reason);
    // An app that does not listen yet gives no answer; the next round asks again.
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await sleep(replayLimits.pollDelayMs);
  }
  throw new Error(`no 200 from ${url}/readyz within ${replayLimits.startWaitMs / 1000} s`);
}

/** Reads all output, so that a full pipe never blocks the app, and keeps what would explain its end. */
function keepLastLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > replayLimits.keptOutputLines) lines.shift();
    });
  }
  return lines;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
