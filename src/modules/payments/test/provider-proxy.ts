import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Rule =
  | { readonly kind: 'lose' }
  | { readonly kind: 'change'; readonly change: (body: Record<string, unknown>) => object }
  | {
      readonly kind: 'hold';
      readonly place: 'request' | 'answer';
      readonly arrived: () => void;
      readonly released: Promise<void>;
    };

/** Stands between the module and its provider, and does to chosen messages what networks do. */
export class ProviderProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #rules: { path: RegExp; rule: Rule }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(target: string): Promise<ProviderProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new ProviderProxy(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      proxy.#forward(target, request, response).catch(() => response.destroy());
    });
    return proxy;
  }

  /** The provider does what the next such request asks; nobody hears of it. */
  loseNextAnswer(path: RegExp): void {
    this.#rules.push({ path, rule: { kind: 'lose' } });
  }

  /** Nothing that was still to go wrong does. */
  behave(): void {
    this.#rules.length = 0;
  }

  changeNextAnswer(path: RegExp, change: (body: Record<string, unknown>) => object): void {
    this.#rules.push({ path, rule: { kind: 'change', change } });
  }

  /** Keeps the next such request from reaching the provider, or its answer from coming back, until `release`. */
  holdNext(place: 'request' | 'answer', path: RegExp): { arrived: Promise<void>; release: () => void } {
    let release = (): void => undefined;
    let arrive = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    this.#rules.push({ path, rule: { kind: 'hold', place, arrived: arrive, released } });
    return { arrived, release };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #forward(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const rule = this.#take(`${request.method ?? ''} ${request.url ?? ''}`);
    let sent = '';
    for await (const chunk of request) sent += String(chunk);
    if (rule?.kind === 'hold' && rule.place === 'request') await hold(rule);
    const answer = await fetch(target + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: { 'content-type': 'application/json', 'idempotency-key': String(request.headers['idempotency-key']) },
      ...(request.method === 'POST' ? { body: sent } : {}),
    });
    let body = await answer.text();
    if (rule?.kind === 'hold' && rule.place === 'answer') await hold(rule);
    if (rule?.kind === 'change') body = JSON.stringify(rule.change(JSON.parse(body) as Record<string, unknown>));
    if (rule?.kind === 'lose') response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
  }

  #take(line: string): Rule | undefined {
    const index = this.#rules.findIndex(({ path }) => path.test(line));
    return index < 0 ? undefined : this.#rules.splice(index, 1)[0]?.rule;
  }
}

async function hold(rule: Rule & { kind: 'hold' }): Promise<void> {
  rule.arrived();
  await rule.released;
}
