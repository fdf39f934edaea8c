import { createServer } from 'node:http';
import { GracefulServer } from '../../src/shared/http/index.ts';

const STOP_LIMIT_MS = 2_000;

export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
}

/** A service in no language at all: it notes what it hears, and answers what the test tells it to. */
export class FakeService {
  readonly url: string;
  readonly heard: HeardEvent[] = [];
  /** The status of its answer; null closes the connection without one. */
  answer: (event: HeardEvent) => number | null = () => 204;
  readonly #server: GracefulServer;

  private constructor(server: GracefulServer, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(): Promise<FakeService> {
    const services: FakeService[] = [];
    const server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        if (request.url === '/health') return void response.writeHead(200).end();
        const event = JSON.parse(Buffer.concat(chunks).toString()) as HeardEvent;
        services[0]?.heard.push(event);
        const status = services[0]?.answer(event) ?? null;
        if (status === null) request.socket.destroy();
        else response.writeHead(status).end(status === 204 ? undefined : 'no thank you');
      })();
    });
    const graceful = new GracefulServer(server);
    const service = new FakeService(graceful, `http://127.0.0.1:${await graceful.listen(0, '127.0.0.1')}`);
    services.push(service);
    return service;
  }

  /** What it heard of one order, in the order in which it came. */
  of(orderId: string): HeardEvent[] {
    return this.heard.filter(({ subject }) => subject === orderId);
  }

  async close(): Promise<void> {
    await this.#server.close(STOP_LIMIT_MS);
  }
}
