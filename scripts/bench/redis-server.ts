import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.ts';

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis of our own that keeps nothing on disk. Undefined where the machine has no redis-server. */
export async function startRedisServer(folder: string): Promise<RedisServer | undefined> {
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', ['--port', String(port), ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
  const killOnExit = (): void => void server.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
    server.once('error', resolve);
  });
  const started = await Promise.race([untilReady(server.stdout), ended.then(() => false)]);
  if (!started) {
    process.off('exit', killOnExit);
    return undefined;
  }
  server.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      process.off('exit', killOnExit);
      server.kill('SIGKILL');
      await ended;
    },
  };
}

/** It ends, one way or another: with what we wait for, or with the server. */
async function untilReady(output: NodeJS.ReadableStream): Promise<boolean> {
  let text = '';
  while (!text.includes('Ready to accept connections')) text += String((await once(output, 'data'))[0]);
  return true;
}
