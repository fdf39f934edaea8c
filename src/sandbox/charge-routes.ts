import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import type { Claim } from './book-entry.ts';
import type { Books } from './books.ts';
import type { Charge } from './charge.ts';
import { claimKey, parseCaptureRequest, parseChangesPage, parseChargeRequest, parsePage } from './charge-requests.ts';
import { parseRefundRequest, parseVoidRequest } from './charge-requests.ts';
import type { JsonObject } from './http-exchange.ts';
import { Refused } from './refused.ts';
import { finalAnswer, tokenBehaviour, type TokenBehaviour } from './tokens.ts';

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
    { method: 'POST', path: '/v1/charges/{id}/capture', handle: (call) => capture(options, call) },
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
    { method: 'GET', path: '/v1/charges/{id}/refunds', handle: ({ id }) => ok({ items: books.accountOf(id).refunds }) },
    { method: 'GET', path: '/v1/accounts', handle: ({ query }) => ok(listAccounts(books, query)) },
  ];
}

async function createCharge(options: ChargeRoutesOptions, { key, body }: Call): Promise<Answer> {
  const { books, clock, onPending } = options;
  const asked = parseChargeRequest(body);
  const claim = claimKey(key, 'charge', asked);
  const behaviour = tokenBehaviour(asked.token);
  if (!behaviour) throw new Refused(400, 'unknown_token', 'There is no such token in the sandbox.');
  const failure = await mood(options, claim, behaviour);
  if (failure) return failure;
  const { currency, orderId, token, capture } = asked;
  const answer = finalAnswer(behaviour, capture);
  const pending = behaviour.pending ?? false;
  const amount = asked.amount + (behaviour.surcharge ?? 0);
  const { charge, repeated } = books.charge(claim, { orderId, amount, currency, token, answer, pending }, clock());
  if (!repeated && pending) onPending(charge);
  if (!repeated && behaviour.firstCallUnanswered) return 'unanswered';
  return { status: statusOf(charge, repeated), body: charge };
}

async function capture(options: ChargeRoutesOptions, { id, key, body }: Call): Promise<Answer> {
  const { books, clock } = options;
  const asked = parseCaptureRequest(body);
  const claim = claimKey(key, `capture ${id}`, asked);
  const behaviour = behaviourOf(books, id);
  if (behaviour.captureDeclined) {
    throw new Refused(409, 'capture_declined', 'The bank no longer stands by what it authorised.');
  }
  const failure = await mood(options, claim, behaviour);
  if (failure) return failure;
  const { charge, repeated } = books.capture(claim, id, asked.amount, clock());
  if (!repeated && behaviour.firstCallUnanswered) return 'unanswered';
  return ok(charge);
}

/** The moods of a card come with its token, and the charge keeps it. */
function behaviourOf(books: Books, chargeId: string): TokenBehaviour {
  const token = books.tokenOf(chargeId);
  return (token === undefined ? undefined : tokenBehaviour(token)) ?? { answer: 'approved' };
}

/** What goes wrong before anything is booked under this key, if it does. What is booked already is not late again. */
async function mood(
  { books, stopping }: ChargeRoutesOptions,
  claim: Claim,
  { failsOnce, delayMs }: TokenBehaviour,
): Promise<Answer | undefined> {
  if (books.chargeUnder(claim)) return undefined;
  if (failsOnce && books.failOnce(claim)) {
    return { status: 500, body: { error: { code: 'temporary_failure', message: 'Nothing was booked.' } } };
  }
  if (delayMs) await waitUnlessStopping(delayMs, stopping);
  return undefined;
}

/** Charges with all that was booked on them, by their latest change; or the one of a key. */
function listAccounts(books: Books, query: URLSearchParams): { items: Account[]; nextCursor?: string | null } {
  const key = query.get('key');
  if (key !== null) {
    const charge = books.findByKey(key);
    return { items: charge ? [books.accountOf(charge.id)] : [] };
  }
  const { limit, after } = parseChangesPage(query);
  return books.listChanged(after, limit);
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
    throw new Refused(503, 'stopping', 'The sandbox is stopping. Nothing was booked.');
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}
