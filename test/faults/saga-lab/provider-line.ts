import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * fail: the provider is not asked, and the answer is 500. refuse: the same with 409. lose: the provider does what it is
 * asked, and the line breaks before its answer. hang: the provider is not asked, and nobody answers. hold: the request,
 * or the answer to it, comes through only when the disturbance is over.
 */
export type DisturbanceKind = 'fail' | 'refuse' | 'lose' | 'hang' | 'hold request' | 'hold answer';

const ERRORS = {
  fail: { status: 500, code: 'temporary_failure', message: 'Nothing was booked.' },
  refuse: { status: 409, code: 'not_today', message: 'The provider will not do this.' },
} as const;

interface DisturbanceOptions {
  /** How many requests it meets at most. */
  readonly times?: number;
  /** Whether it meets this one: for chance. */
  readonly when?: () => boolean;
}

/** Something that is wrong with the line, for the requests that match, until it is `over`. */
export class Disturbance {
  readonly kind: DisturbanceKind;
  /** How many requests have met it. */
  hits = 0;
  /** Resolves when the first request has met it and, where the answer is held, has been carried out. */
  readonly arrived: Promise<void>;
  readonly ended: Promise<void>;
  readonly #pattern: RegExp;
  readonly #options: DisturbanceOptions;
  #isOver = false;
  #arrive = (): void => undefined;
  #end = (): void => undefined;

  constructor(pattern: RegExp, kind: DisturbanceKind, options: DisturbanceOptions) {
    this.kind = kind;
    this.#pattern = pattern;
    this.#options = options;
    this.arrived = new Promise((done) => (this.#arrive = done));
    this.ended = new Promise((done) => (this.#end = done));
  }

  /** What it holds comes through, and what hangs is cut off. */
  over(): void {
    this.#isOver = true;
    this.#end();
  }

  meets(request: string): boolean {
    const { times = Number.POSITIVE_INFINITY, when = () => true } = this.#options;
    if (this.#isOver || this.hits >= times || !this.#pattern.test(request) || !when()) return false;
    this.hits += 1;
    return true;
  }

  hasArrived(): void {
    this.#arrive();
  }
}

/** The line between the shop and its payment provider, as unreliable as a test wants it to be. */
export class ProviderLine {
  readonly url: string;
  readonly #server: Server;
  readonly #target: string;
  readonly #disturbances = new Set<Disturbance>();

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(target: string): Promise<ProviderLine> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const line = new ProviderLine(server, target);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A side that has gone away hears nothing more; the other one notices by its own limits.
      line.#forward(request, response).catch(() => response.destroy());
    });
    return line;
  }

  /** From now on, for requests whose method, path and body match, e.g. `POST /v1/charges {"amount":100,…}`. */
  disturb(pattern: RegExp, kind: DisturbanceKind, options: DisturbanceOptions = {}): Disturbance {
    const disturbance = new Disturbance(pattern, kind, options);
    this.#disturbances.add(disturbance);
    return disturbance;
  }

  /** All that is wrong with the line is over. */
  heal(): void {
    for (const disturbance of this.#disturbances) disturbance.over();
    this.#disturbances.clear();
  }

  async close(): Promise<void> {
    this.heal();
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let sent = '';
    for await (const chunk of request) sent += String(chunk);
    const text = `${request.method ?? ''} ${request.url ?? ''} ${sent}`;
    const disturbance = [...this.#disturbances].find((each) => each.meets(text));
    if (disturbance === undefined) {
      await answer(response, await this.#ask(request, sent));
      return;
    }
    await this.#disturbed(disturbance, request, response, sent);
  }

  async #disturbed(
    disturbance: Disturbance,
    request: IncomingMessage,
    response: ServerResponse,
    sent: string,
  ): Promise<void> {
    const { kind } = disturbance;
    if (kind === 'lose' || kind === 'hold answer') {
      const reply = await this.#ask(request, sent);
      disturbance.hasArrived();
      if (kind === 'hold answer') {
        await disturbance.ended;
        await answer(response, reply);
      } else response.destroy();
      return;
    }
    disturbance.hasArrived();
    if (kind === 'hang' || kind === 'hold request') await disturbance.ended;
    if (kind === 'hold request') await answer(response, await this.#ask(request, sent));
    else if (kind === 'hang') response.destroy();
    else refuse(response, ERRORS[kind]);
  }

  async #ask({ method = 'GET', url = '', headers }: IncomingMessage, sent: string): Promise<Response> {
    const key = headers['idempotency-key'];
    return await fetch(this.#target + url, {
      method,
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': String(key) }) },
      ...(method === 'POST' ? { body: sent } : {}),
    });
  }
}

async function answer(response: ServerResponse, reply: Response): Promise<void> {
  const body = await reply.text();
  response.writeHead(reply.status, { 'content-type': 'application/json' }).end(body);
}

function refuse(response: ServerResponse, { status, ...error }: (typeof ERRORS)['fail' | 'refuse']): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}
