import { createServer, type Server, type Socket } from 'node:net';
import { listen } from '../shared/http/index.ts';
import { seconds } from '../shared/values/index.ts';

/** Connections that wait because no process is there. */
const MAX_WAITING = 1_024;
/** Longer than a process takes to come back; whoever has connected has given up by then. */
const WAIT_LIMIT_MS = seconds(30);

/** Hands a connection to a process, unread. */
export type Taker = (socket: Socket) => void;

/**
 * A port that outlives the processes behind it. Each connection goes to one of them, in turn; while there is none, it
 * waits for the next.
 */
export class OpenDoor {
  readonly #server: Server;
  readonly #takers: Taker[] = [];
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();
  #turn = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => this.#admit(socket));
  }

  /** 0 takes a free port. Throws StartFailure. */
  static async at(port: number, host: string): Promise<{ door: OpenDoor; port: number }> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    const door = new OpenDoor(server);
    return { door, port: await listen(server, port, host) };
  }

  add(taker: Taker): void {
    this.#takers.push(taker);
    for (const [socket, timer] of this.#waiting) {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      this.#admit(socket);
    }
  }

  remove(taker: Taker): void {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
  }

  /** From now on nobody connects, and nobody waits. What was handed on is not touched. */
  close(): void {
    this.#server.close();
    for (const [socket, timer] of this.#waiting) {
      clearTimeout(timer);
      socket.destroy();
    }
    this.#waiting.clear();
  }

  #admit(socket: Socket): void {
    this.#turn += 1;
    const taker = this.#takers[this.#turn % this.#takers.length];
    if (taker !== undefined) taker(socket);
    else if (this.#waiting.size < MAX_WAITING) this.#letWait(socket);
    else socket.destroy();
  }

  #letWait(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), WAIT_LIMIT_MS);
    this.#waiting.set(socket, timer);
    // A client that goes away while it waits is nobody's failure.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
    });
  }
}
