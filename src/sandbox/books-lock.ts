import { createHash } from 'node:crypto';
import { mkdir, open, realpath, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const RETRY_EVERY_MS = 50;

/**
 * Keeps a second process off the same books. A parent that was killed can be started again while its old sandbox
 * is still finishing, and two writers would each miss what the other books. The lock is a listening local socket,
 * because the kernel lets go of it when its holder dies in any way at all, which a file with a process id does not.
 *
 * Waits up to `timeoutMs` for the holder to end, then throws. Call the result to let go.
 */
export async function lockBooks(booksPath: string, timeoutMs: number): Promise<() => void> {
  const address = await lockAddress(booksPath);
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const server = await tryListen(address);
    if (server) return () => server.close();
    if (Date.now() > giveUpAt) throw new Error(`Another process still holds the sandbox books ${booksPath}.`);
    await removeIfAbandoned(address);
    await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
  }
}

/**
 * Named for the file itself and not for its path alone, because one path means different files in different
 * containers. The file is made here when there is none yet, so that even the first two openers meet.
 */
async function lockAddress(booksPath: string): Promise<string> {
  await mkdir(dirname(booksPath), { recursive: true });
  await (await open(booksPath, 'a')).close();
  const { dev, ino } = await stat(booksPath);
  const name = `banyan-sandbox-${createHash('sha256')
    .update(`${dev}:${ino}:${await realpath(booksPath)}`)
    .digest('hex')
    .slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server.unref()));
  });
}

/** Only socket files (macOS, BSD) outlive their holder. One that refuses connections has none. */
async function removeIfAbandoned(address: string): Promise<void> {
  if (!address.endsWith('.sock')) return;
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  // Another starter may have removed it a moment ago, which is all that is wanted.
  if (refused) {
    await unlink(address).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
}
