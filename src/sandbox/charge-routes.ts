import { setTimeout as wait } from 'node:timers/promises';
import type { Books } from './books.ts';
import type { Charge } from './charge.ts';
import { claimKey, parseCaptureRequest, parseChargeRequest, parsePage } from './charge-requests.ts';
import { parseRefundRequest, parseVoidRequest } from './charge-requests.ts';
import type { JsonObject } from './http-exchange.ts';
import { Refused } from './refused.ts';
import { finalAnswer, tokenBehaviour } from './tokens.ts';

export interface Call {
  /** What stood for `{id}` in the path, or an empty text. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly key: string | string[] | undefined;
  readonly body: JsonObject;
}

export type Answer = { readonly status: number; readonly body: unknown } | 'unanswered';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export interface ChargeRoutesOptions {
  readonly books: Books;
  readonly clock: () => number;
  readonly onPending: (charge: Charge) => void;
  /** Aborted when the server stops: a slow answer must not be booked after that. */
  readonly stopping: AbortSignal;
}

/** What a handler returns may not be sent before `books.durable()` has settled: the server sees to that. */
export function chargeRoutes(options: ChargeRoutesOptions): readonly Route[] {
  const { books, clock } = options;
  return [
    { method: 'GET', path: '/livez', handle: () => ok({ status: 'ok', pid: process.pid }) },
    { method: 'POST', path: '/v1/charges', handle: (call) => createCharge(options, call) },
    { method: 'GET', path: '/v1/charges', handle: ({ query }) => ok(listCharges(books, query)) },
    { method: 'GET', path: '/v1/charges/{id}', handle: ({ id }) => ok(books.find(id)) },
    {
      method: 'POST',
      path: '/v1/charges/{id}/capture',
      handle: ({ id, key, body }) => {
        const asked = parseCaptureRequest(body);
        return ok(books.capture(claimKey(key, `capture ${id}`, asked), id, asked.amount));
      },
    },
    {
      method: 'POST',
      path: '/v1/charges/{id}/void',
      handle: ({ id, key, body }) => ok(books.void(claimKey(key, `void ${id}`, parseVoidRequest(body)), id)),
    },
    {
      method: 'POST',
      path: '/v1/charges/{id}/refunds',
      handle: ({ id, key, body }) => {
        const asked = parseRefundRequest(body);
        const claim = claimKey(key, `refund ${id}`, asked);
        const { refund, repeated } = books.refund(claim, id, asked.amount, clock());
        return { status: repeated ? 200 : 201, body: refund };
      },
    },
    { method: 'GET', path: '/v1/charges/{id}/refunds', handle: ({ id }) => ok({ items: books.refundsOf(id) }) },
  ];
}

async function createCharge(options: ChargeRoutesOptions, { key, body }: Call): Promise<Answer> {
  const { books, clock, onPending, stopping } = options;
  const asked = parseChargeRequest(body);
  const claim = claimKey(key, 'charge', asked);
  const behaviour = tokenBehaviour(asked.token);
  if (!behaviour) throw new Refused(400, 'unknown_token', 'There is no such token in the sandbox.');
  if (!books.chargeUnder(claim)) {
    if (behaviour.failsOnce && books.failOnce(claim)) {
      return { status: 500, body: { error: { code: 'temporary_failure', message: 'Nothing was charged.' } } };
    }
    if (behaviour.delayMs) await waitUnlessStopping(behaviour.delayMs, stopping);
  }
  const { amount, currency, orderId, capture } = asked;
  const answer = finalAnswer(behaviour, capture);
  const pending = behaviour.pending ?? false;
  const { charge, repeated } = books.charge(claim, { orderId, amount, currency, answer, pending }, clock());
  if (!repeated && pending) onPending(charge);
  if (!repeated && behaviour.firstCallUnanswered) return 'unanswered';
  return { status: statusOf(charge, repeated), body: charge };
}

function listCharges(books: Books, query: URLSearchParams): { items: Charge[]; nextCursor?: string | null } {
  const key = query.get('key');
  if (key !== null) {
    const charge = books.findByKey(key);
    return { items: charge ? [charge] : [] };
  }
  const { limit, cursor } = parsePage(query);
  if (cursor !== undefined && !books.has(cursor)) {
    throw new Refused(400, 'unknown_cursor', 'The cursor is not one that this list gave out.');
  }
  return books.list(cursor, limit);
}

/** A repeat is answered with the charge as it is now, which for a pending one may have become a decline. */
function statusOf(charge: Charge, repeated: boolean): number {
  if (charge.status === 'declined') return 402;
  if (charge.status === 'pending') return 202;
  return repeated ? 200 : 201;
}

async function waitUnlessStopping(ms: number, stopping: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal: stopping });
  } catch {
    throw new Refused(503, 'stopping', 'The sandbox is stopping. Nothing was charged.');
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}
