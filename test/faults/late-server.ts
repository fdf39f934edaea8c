import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../src/shared/testing/index.ts';

/** An address at which a database server answers only once it is opened: before, nobody listens there. */
export class LateServer {
  readonly url: string;
  readonly #port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(databaseUrl: string, port: number) {
    const url = new URL(databaseUrl);
    this.#target = { host: url.hostname, port: Number(url.port) };
    this.#port = port;
    url.port = String(port);
    this.url = url.toString();
  }

  static async reserve(databaseUrl: string): Promise<LateServer> {
    return new LateServer(databaseUrl, await freePort());
  }

  async open(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(this.#target);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => this.#sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    this.#server = server;
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((done) => {
      if (this.#server === undefined) done();
      else this.#server.close(() => done());
    });
  }
}
