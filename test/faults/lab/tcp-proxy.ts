import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CommitWatch, userOf } from './commit-watch.ts';

const ADDRESS = '127.0.0.1';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A port that leads to a server, and is as unreliable as a test wants it to be. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: Target;
  #refuses = false;
  #repliesToLose = 0;
  #userToLose: string | undefined;
  #lostReplies = 0;

  private constructor(server: Server, target: Target) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#target = target;
    server.on('connection', (client) => this.#forward(client));
  }

  static async open(target: Target): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(0, ADDRESS, done);
    });
    return new TcpProxy(server, target);
  }

  /** The same URL, by way of this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = ADDRESS;
    proxied.port = String(this.port);
    return proxied.toString();
  }

  /** Where new connections lead from now on. */
  retarget(target: Target): void {
    this.#target = target;
  }

  /** Every connection breaks, on both sides at once. */
  cutAll(): void {
    for (const socket of this.#sockets) breakOff(socket);
  }

  /** Whether new connections are broken at once. The port stays open, so that nobody else can take it. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses;
  }

  /**
   * Of the next `count` commits that happen, the client never hears: its connection breaks instead.
   * With `user`, only commits of those who log in under that name.
   */
  loseCommitReplies(count: number, user?: string): void {
    this.#repliesToLose = count;
    this.#userToLose = user;
  }

  /** How many commits have happened without their client hearing of it. */
  get lostReplies(): number {
    return this.#lostReplies;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    this.#refuses = true;
    this.cutAll();
    await closed;
  }

  #forward(client: Socket): void {
    if (this.#refuses) {
      breakOff(client);
      return;
    }
    const upstream = connect({ ...this.#target });
    this.#join(client, upstream);
    this.#join(upstream, client);
    let user: string | undefined;
    const watch = new CommitWatch({
      take: () => this.#takeReply(user),
      giveBack: () => {
        this.#repliesToLose += 1;
      },
      lose: () => {
        this.#lostReplies += 1;
        breakOff(client);
      },
    });
    client.once('data', (bytes: Buffer) => {
      user = userOf(bytes);
    });
    client.on('data', (bytes: Buffer) => watch.see(bytes));
    client.once('close', () => {
      watch.abandon();
      upstream.destroy();
    });
    client.pipe(upstream);
    upstream.pipe(watch).pipe(client);
  }

  /** What breaks on one side breaks on the other; what is closed in good order is closed by the pipes. */
  #join(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('error', () => breakOff(other));
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #takeReply(user: string | undefined): boolean {
    if (this.#repliesToLose === 0) return false;
    if (this.#userToLose !== undefined && this.#userToLose !== user) return false;
    this.#repliesToLose -= 1;
    return true;
  }
}

/** One that is being closed in good order cannot be reset: Node fails at it, and then the process never ends. */
function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
