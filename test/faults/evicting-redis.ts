import { spawn } from 'node:child_process';
import { freePort } from '../../src/shared/testing/index.ts';

/** A Redis that drops keys when its memory is full. Undefined where the machine has none. */
export async function startEvictingRedis(): Promise<{ url: string; stop(): void } | undefined> {
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'allkeys-lru'];
  const server = spawn('redis-server', ['--port', String(port), ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
  const started = await new Promise<boolean>((done) => {
    server.once('error', () => done(false));
    server.once('exit', () => done(false));
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) done(true);
    });
  });
  return started ? { url: `redis://127.0.0.1:${port}`, stop: () => void server.kill('SIGKILL') } : undefined;
}
