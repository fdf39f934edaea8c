import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const ADDRESS = '127.0.0.1';

/** A port that leads to a server. While it is stalled, nothing comes through and nothing breaks: everybody waits. */
export class StallingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isStalled = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** To the server that a URL names. */
  static async open(url: string): Promise<StallingProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new StallingProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect({ host: hostname, port: Number(port) })));
    await new Promise<void>((done) => server.listen(0, ADDRESS, done));
    return proxy;
  }

  /** The same URL, by way of this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = ADDRESS;
    proxied.port = String((this.#server.address() as AddressInfo).port);
    return proxied.toString();
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    for (const socket of this.#sockets) {
      if (isStalled) socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('data', (bytes) => other.write(bytes));
      socket.once('end', () => other.end());
      socket.once('error', () => other.destroy());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      if (this.#isStalled) socket.pause();
    }
  }
}
