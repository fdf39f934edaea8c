import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which the system takes ports for outgoing connections (32768 to 60999 on Linux). A server's
 * port in that range could be gone when the server comes back, and a client that keeps dialling it while nobody
 * listens there can end up connected to itself.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const MAX_ATTEMPTS = 50;

/** A free port at which a server can go away and come back. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${MAX_ATTEMPTS} ports from ${LOWEST_PORT} to ${HIGHEST_PORT} was free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return await new Promise((done) => {
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
