import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process that stands still would keep a message for ever; the next one is asked instead. */
const ANSWER_LIMIT_MS = 2_000;
const ACCEPTED = 204;
const NOBODY_THERE = 503;
const SIGNED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** once: as it should be. twice: every message comes two times at once. never: what is taken is thrown away. */
export type WebhookHabit = 'once' | 'twice' | 'never';

/** Brings the provider's messages to whichever of the shop's processes is there, or does not. */
export class WebhookLine {
  readonly url: string;
  habit: WebhookHabit = 'once';
  /** Where the shop's processes listen, the latest last. */
  readonly shops: string[] = [];
  /** How many messages a process of the shop has taken; a copy counts, too. */
  delivered = 0;
  /** How many have been thrown away. */
  lost = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async open(): Promise<WebhookLine> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const line = new WebhookLine(server);
    server.on('request', (request: IncomingMessage, response) => {
      line.#bring(request).then(
        (status) => response.writeHead(status).end(),
        () => response.destroy(),
      );
    });
    return line;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  async #bring(request: IncomingMessage): Promise<number> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (this.habit === 'never') {
      this.lost += 1;
      return ACCEPTED;
    }
    const headers = Object.fromEntries(SIGNED_HEADERS.map((name) => [name, String(request.headers[name])]));
    const copies = Array.from({ length: this.habit === 'twice' ? 2 : 1 }, () => this.#deliver(headers, body));
    return Math.max(...(await Promise.all(copies)));
  }

  /** To the latest process that answers. */
  async #deliver(headers: Record<string, string>, body: string): Promise<number> {
    for (const shop of [...this.shops].reverse()) {
      const asked = fetch(`${shop}/webhooks/payments/sandbox`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      // One that is dead or stands still takes nothing; the next one is asked, and the provider repeats what nobody took.
      const response = await asked.catch(() => undefined);
      if (response?.ok === true) {
        this.delivered += 1;
        return response.status;
      }
    }
    return NOBODY_THERE;
  }
}
