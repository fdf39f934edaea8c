import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Books } from './books.ts';
import { chargeRoutes, type Call, type Route } from './charge-routes.ts';
import type { WebhookEvent } from './charge.ts';
import { readJsonObject, sendError, sendJson } from './http-exchange.ts';
import { PendingCharges } from './pending-charges.ts';
import { Refused } from './refused.ts';

export const PENDING_MS_DEFAULT = 1_000;
const CONNECTIONS_MAX = 4_096;
/** A call that is never answered holds its socket this long at most, or the sockets would add up for ever. */
const UNANSWERED_HELD_MS = 600_000;
/** Longer than the pools of common clients keep idle sockets, so that it is not the server that closes under them. */
const KEEP_ALIVE_MS = 65_000;
const STOP_WAIT_MS = 2_000;
const IDLE_SWEEP_MS = 25;

export interface SandboxServerOptions {
  readonly books: Books;
  /** Takes the webhooks of charges that were pending. Without it they stay in the books, unsent. */
  readonly webhook?: { enqueue(event: WebhookEvent): void };
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly pendingMs?: number;
}

export interface SandboxServer {
  /** Listens on the loopback interface only; 0 asks for any free port. Returns the port. */
  listen(port: number): Promise<number>;
  /** Finishes the requests in flight, within 2 s. What is still waiting then is cut off; the books stay open. */
  close(): Promise<void>;
}

/** Pending charges that the books already hold are taken up at once, with or without `listen`. */
export function createSandboxServer(options: SandboxServerOptions): SandboxServer {
  const { books, webhook, clock = Date.now, pendingMs = PENDING_MS_DEFAULT } = options;
  const stopping = new AbortController();
  const unanswered = new Set<ServerResponse>();
  const pending = new PendingCharges(books, clock, pendingMs, (event) => webhook?.enqueue(event));
  const routes = chargeRoutes({
    books,
    clock,
    onPending: (charge) => pending.watch(charge),
    stopping: stopping.signal,
  });

  // Node counts a connection as idle only after its first request. Clients open spare ones, so these are kept apart.
  const unused = new Set<Socket>();

  const server = createServer((request, response) => {
    unused.delete(request.socket);
    answer(routes, books, request).then(
      (given) => {
        if (given === 'unanswered') hold(response, unanswered);
        else sendJson(response, given.status, given.body);
      },
      (error: unknown) => sendError(response, error),
    );
  });
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  return {
    listen: (port) => listen(server, port),
    close: async () => {
      stopping.abort();
      pending.stop();
      for (const response of unanswered) response.destroy();
      await closeServer(server, unused);
    },
  };
}

/** The disk comes before the answer, also for a refusal and a read: either may rest on what was booked just now. */
async function answer(routes: readonly Route[], books: Books, request: IncomingMessage) {
  try {
    const { route, call } = await understand(routes, request);
    return await route.handle(call);
  } finally {
    await books.durable();
  }
}

async function understand(routes: readonly Route[], request: IncomingMessage): Promise<{ route: Route; call: Call }> {
  const body = request.method === 'POST' ? await readJsonObject(request) : {};
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const [route, id] = findRoute(routes, request.method, url.pathname);
  return { route, call: { id, query: url.searchParams, key: request.headers['idempotency-key'], body } };
}

function findRoute(routes: readonly Route[], method: string | undefined, pathname: string): [Route, string] {
  const segments = pathname.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const matches =
      wanted.length === segments.length && wanted.every((part, i) => part === '{id}' || part === segments[i]);
    if (matches && route.method === method) return [route, segments[wanted.indexOf('{id}')] ?? ''];
  }
  throw new Refused(404, 'route_not_found', `There is no ${method ?? ''} ${pathname}.`);
}

function hold(response: ServerResponse, unanswered: Set<ServerResponse>): void {
  unanswered.add(response);
  const timer = setTimeout(() => response.destroy(), UNANSWERED_HELD_MS).unref();
  response.once('close', () => {
    clearTimeout(timer);
    unanswered.delete(response);
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function closeServer(server: Server, unused: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const closeIdle = (): void => {
    server.closeIdleConnections();
    for (const socket of unused) socket.destroy();
  };
  closeIdle();
  // A connection that was busy at first turns idle with its last answer, and would keep the server open from then on.
  const sweep = setInterval(closeIdle, IDLE_SWEEP_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), STOP_WAIT_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cutOff);
}
