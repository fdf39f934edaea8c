import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { seconds } from '../values/index.ts';
import { listen, type PortNames } from './listen.ts';

/** So long nobody has asked for anything: whoever is still connected, or about to be, is not about to ask. */
const QUIET_MS = 100;
/** How long those who go on asking are told to go elsewhere before the port is closed. */
const LEAVE_LIMIT_MS = seconds(2);
const LOOK_MS = 20;

/**
 * A server that ends without failing a request: an answer tells its client that the connection ends with it, and only
 * connections on which nobody asks are closed under them.
 * States: made → listening → leaving (answers, and sends clients away) → closing (what runs may finish) → closed.
 */
export class GracefulServer {
  readonly #server: Server;
  /** Who is connected, and what was last answered there, or is about to be. */
  readonly #sockets = new Map<Socket, ServerResponse | undefined>();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #leaving = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.set(socket, undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.prependListener('request', ({ socket }, response: ServerResponse) => {
      this.#askedAtMs = performance.now();
      if (this.#leaving) response.setHeader('connection', 'close');
      this.#sockets.set(socket, response);
    });
  }

  /** Resolves to the port; 0 takes a free one. Throws StartFailure. */
  async listen(port: number, host: string, names?: PortNames): Promise<number> {
    return await listen(this.#server, port, host, names);
  }

  /** Takes a connection that another process has accepted, and has not read from. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket);
    socket.resume();
  }

  /** Leaves, and lets what runs then finish within `limitMs`. What is open after that is cut off. */
  async close(limitMs: number): Promise<void> {
    if (!this.#server.listening) return;
    this.#leaving = true;
    for (const response of this.#sockets.values()) {
      if (response?.headersSent === false) response.setHeader('connection', 'close');
    }
    await until(LEAVE_LIMIT_MS, () => performance.now() - this.#askedAtMs >= QUIET_MS);
    this.#server.close();
    this.#server.closeIdleConnections();
    await until(limitMs, () => this.#sockets.size === 0);
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}

async function until(limitMs: number, holds: () => boolean): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds() && performance.now() < end) await pause(LOOK_MS);
}
