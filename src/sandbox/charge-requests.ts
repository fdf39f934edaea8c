import { createHash } from 'node:crypto';
import type { Claim } from './book-entry.ts';
import type { JsonObject } from './http-exchange.ts';
import { Refused } from './refused.ts';

const AMOUNT_MAX = 1_000_000_000_000;
const TEXT_LENGTH_MAX = 200;
const KEY_LENGTH_MAX = 255;
const PAGE_DEFAULT = 50;
const PAGE_MAX = 500;

export interface ChargeRequest {
  readonly amount: number;
  readonly currency: string;
  readonly token: string;
  readonly orderId: string;
  readonly capture: boolean;
}

export function parseChargeRequest(body: JsonObject): ChargeRequest {
  allowOnly(body, ['amount', 'currency', 'token', 'orderId', 'capture']);
  const { currency, capture } = body;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) throw invalid('currency', 'an ISO 4217 code');
  if (typeof capture !== 'boolean') throw invalid('capture', 'true or false');
  const amount = parseAmount(body);
  return { amount, currency, token: parseText(body, 'token'), orderId: parseText(body, 'orderId'), capture };
}

export function parseCaptureRequest(body: JsonObject): { amount: number | undefined } {
  allowOnly(body, ['amount']);
  return { amount: body['amount'] === undefined ? undefined : parseAmount(body) };
}

export function parseVoidRequest(body: JsonObject): Record<string, never> {
  allowOnly(body, []);
  return {};
}

export function parseRefundRequest(body: JsonObject): { amount: number } {
  allowOnly(body, ['amount']);
  return { amount: parseAmount(body) };
}

export function parsePage(query: URLSearchParams): { limit: number; cursor: string | undefined } {
  const limit = Number(query.get('limit') ?? PAGE_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) throw invalid('limit', `from 1 to ${PAGE_MAX}`);
  return { limit, cursor: query.get('cursor') ?? undefined };
}

/** `after` is the number of a change, as an account tells it; absent, the list begins with the first one. */
export function parseChangesPage(query: URLSearchParams): { limit: number; after: number } {
  const after = Number(query.get('after') ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) throw invalid('after', 'the number of a change');
  return { limit: parsePage(query).limit, after };
}

/**
 * Keys are one space for the whole provider: a key used for a charge cannot be used again for its refund. `asked`
 * must be a parsed request, whose fields stand in a fixed order, so that equal requests give equal fingerprints.
 */
export function claimKey(header: string | string[] | undefined, operation: string, asked: object): Claim {
  if (typeof header !== 'string' || header.trim() === '') {
    throw new Refused(400, 'idempotency_key_required', 'The header Idempotency-Key is required.');
  }
  if (header.length > KEY_LENGTH_MAX) {
    throw new Refused(400, 'idempotency_key_too_long', `A key may not exceed ${KEY_LENGTH_MAX} characters.`);
  }
  const digest = createHash('sha256').update(JSON.stringify([operation, asked]));
  return { key: header, fingerprint: digest.digest('base64url').slice(0, 22) };
}

function parseAmount(body: JsonObject): number {
  const { amount } = body;
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 1 || amount > AMOUNT_MAX) {
    throw invalid('amount', `an integer of minor units, from 1 to ${AMOUNT_MAX}`);
  }
  return amount;
}

function parseText(body: JsonObject, field: string): string {
  const text = body[field];
  if (typeof text !== 'string' || text === '' || text.length > TEXT_LENGTH_MAX) {
    throw invalid(field, `a text of 1 to ${TEXT_LENGTH_MAX} characters`);
  }
  return text;
}

/** A field that the provider would drop in silence is more often a misspelt one than a wanted one. */
function allowOnly(body: JsonObject, fields: readonly string[]): void {
  const unknown = Object.keys(body).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw new Refused(400, 'unknown_field', `There is no field "${unknown}".`);
}

function invalid(field: string, wanted: string): Refused {
  return new Refused(400, 'invalid_request', `"${field}" must be ${wanted}.`);
}
