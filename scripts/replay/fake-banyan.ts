import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseProductCsv } from '../../src/modules/catalog/csv/parse-product-csv.ts';
import { FakeShop, Refusal } from './fake-shop.ts';

type Trouble = 'unavailable' | 'limited' | 'disconnected' | 'done but disconnected';

/**
 * The public HTTP API in memory, for tests of the replay: it stores, refuses repeats by reference and answers repeats of
 * an idempotency key with the first answer. Trouble can be ordered for coming requests.
 */
export class FakeBanyan {
  shop = new FakeShop();
  readonly requests: { method: string; path: string; body: string }[] = [];
  /** Consumed one per request to a matching path. */
  troubles: { path: string; trouble: Trouble }[] = [];
  onRequest: (path: string) => void = () => {};
  private readonly answers = new Map<string, { status: number; text: string }>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  count(method: string, path: string): number {
    return this.requests.filter((request) => request.method === method && request.path.startsWith(path)).length;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', 'http://fake');
    this.requests.push({ method, path: url.pathname, body });
    this.onRequest(url.pathname);

    const index = this.troubles.findIndex((one) => url.pathname.startsWith(one.path));
    const trouble = index < 0 ? null : this.troubles.splice(index, 1)[0]?.trouble;
    if (trouble === 'disconnected') return void request.socket.destroy();
    if (trouble === 'unavailable') {
      send(response, 503, '{}');
      return;
    }
    if (trouble === 'limited') {
      send(response, 429, '{}', { 'retry-after': '0' });
      return;
    }

    const answer = this.answer(method, url, body, request);
    if (trouble === 'done but disconnected') return void request.socket.destroy();
    send(response, answer.status, answer.text, answer.location ? { location: answer.location } : {});
  }

  private answer(method: string, url: URL, body: string, request: IncomingMessage) {
    if (request.headers.authorization !== 'Bearer secret') return problem(401, 'identity.unauthenticated');
    const key = String(request.headers['idempotency-key'] ?? '');
    if (method === 'POST' && key === '') return problem(422, 'http.idempotency_key_missing');
    const former = this.answers.get(key);
    if (method === 'POST' && former) return { ...former, location: null };
    const answer = this.fresh(method, url, body);
    if (method === 'POST') this.answers.set(key, answer);
    return answer;
  }

  private fresh(method: string, url: URL, body: string): { status: number; text: string; location: string | null } {
    try {
      const { status, value } = this.route(method, url.pathname, url.searchParams, body);
      const location = status === 202 ? `/admin/v1/orders/${(value as { id: string }).id}` : null;
      return { status, text: JSON.stringify(value), location };
    } catch (error) {
      if (error instanceof Refusal) return problem(error.status, error.code, error.details);
      return problem(500, String(error));
    }
  }

  private route(method: string, path: string, query: URLSearchParams, body: string) {
    const id = path.split('/')[4] ?? '';
    const known: [RegExp, () => { status: number; value: unknown }][] = [
      [/^GET \/store\/v1\/products\/[^/]+$/, () => ok(this.shop.product(id))],
      [/^POST \/admin\/v1\/products\/import$/, () => ok(this.shop.importProducts(parseProductCsv(body, 'GBP', 2)))],
      [/^POST \/admin\/v1\/stock\/receipts$/, () => created(this.shop.receive(JSON.parse(body)))],
      [/^POST \/admin\/v1\/orders$/, () => this.shop.place(JSON.parse(body))],
      [/^GET \/admin\/v1\/orders\/[^/]+$/, () => ok(this.shop.order(id))],
      [/^POST \/admin\/v1\/orders\/[^/]+\/refunds$/, () => created(this.shop.refund(id, JSON.parse(body)))],
      [/^POST \/admin\/v1\/credit-notes$/, () => created(this.shop.credit(JSON.parse(body)))],
      [/^GET \/admin\/v1\/reports\/sales$/, () => ok(this.shop.salesReport(query))],
      [/^GET \/admin\/v1\/payments\/ledger\/summary$/, () => ok(this.shop.moneyLedger(query))],
      [/^GET \/admin\/v1\/stock\/ledger\/summary$/, () => ok(this.shop.stockLedger(query))],
    ];
    const handler = known.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1];
    if (!handler) throw new Refusal(404, 'http.no_such_route');
    return handler();
  }
}

const ok = (value: unknown) => ({ status: 200, value });
const created = (value: unknown) => ({ status: 201, value });

function problem(status: number, code: string, details: object = {}) {
  return { status, text: JSON.stringify({ type: 'about:blank', title: code, status, code, details }), location: null };
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
