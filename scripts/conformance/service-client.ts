import { randomUUID } from 'node:crypto';
import { newCallContext, system } from '../../src/shared/auth/index.ts';
import { encodeCall } from '../../src/shared/calls/index.ts';
import type { EventType, Operation } from '../../src/shared/contract/index.ts';
import { CLOUD_EVENT, signCall, type CallClaims } from '../../src/shared/remote/index.ts';
import { newId } from '../../src/shared/values/index.ts';

const NOT_KNOWN = 404;
const REQUEST_LIMIT_MS = 10_000;
const TIME_LEFT_MS = 5_000;
const CALLER = 'http';
const BUS = 'bus';

/** What the service answered. Status 0: nothing, and `text` says why. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** The body of an answered call. */
export type Outcome =
  | { readonly kind: 'answer'; readonly output: unknown }
  | { readonly kind: 'refusal'; readonly error: RefusalFields }
  | { readonly kind: 'failure'; readonly message: string; readonly mayHaveHappened: boolean }
  /** It is of a version that does not know what it was asked. */
  | { readonly kind: 'unknown'; readonly text: string };

export interface RefusalFields {
  readonly code: string;
  readonly status: number;
  readonly details?: unknown;
  readonly faults?: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

export interface CallOptions {
  readonly idempotencyKey?: string;
  readonly timeLeftMs?: number;
}

/** A request with what its token says, so that a test can send it with another. */
export interface Prepared {
  readonly path: string;
  readonly type: string;
  readonly claims: CallClaims;
  readonly body: string;
}

/** A service as the kit asks it: as a caller of the installation would, or as nobody should. */
export class ServiceClient {
  readonly module: string;
  readonly #url: string;
  readonly #key: string;

  constructor(module: string, url: string, key: string) {
    this.module = module;
    this.#url = new URL(url).origin;
    this.#key = key;
  }

  prepareCall(operation: Pick<Operation, 'id'>, input: unknown, options: CallOptions = {}): Prepared {
    const call = newCallContext({
      caller: CALLER,
      principal: system('conformance'),
      deadlineMs: Date.now() + (options.timeLeftMs ?? TIME_LEFT_MS),
      idempotencyKey: options.idempotencyKey,
    });
    const claims = { caller: CALLER, callee: this.module, operation: operation.id };
    const body = encodeCall(operation.id, input, call);
    return { path: `/calls/${operation.id}`, type: 'application/json', claims, body };
  }

  /** `fields` replace those of the envelope. */
  prepareEvent(event: EventType, data: Record<string, unknown>, fields: object = {}): Prepared {
    const { traceparent, correlationId } = newCallContext({
      caller: BUS,
      principal: system('conformance'),
      deadlineMs: 0,
    });
    const envelope = {
      specversion: '1.0',
      id: newId('evt'),
      source: event.contract,
      type: event.type,
      dataversion: event.version,
      subject: String(data[event.of]),
      sequence: 1,
      time: new Date().toISOString(),
      traceparent,
      correlationid: correlationId,
      datacontenttype: 'application/json',
      data,
      ...fields,
    };
    const claims = { caller: BUS, callee: this.module, operation: event.type };
    const path = `/events/${this.module}/${event.type}`;
    return { path, type: CLOUD_EVENT, claims, body: JSON.stringify(envelope) };
  }

  sign({ claims, body }: Prepared, nowMs = Date.now()): string {
    return signCall(this.#key, claims, body, nowMs);
  }

  /** As the installation sends it, unless another token is given; null sends none. */
  async send(prepared: Prepared, token: string | null = this.sign(prepared)): Promise<Reply> {
    const headers = { 'content-type': prepared.type, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    return await this.#fetch(prepared.path, { method: 'POST', headers, body: prepared.body });
  }

  async get(path: string): Promise<Reply> {
    return await this.#fetch(path, {});
  }

  /** Throws where no call is answered so. */
  async call(operation: Operation, input: unknown, options: CallOptions = {}): Promise<Outcome> {
    const { status, text } = await this.send(this.prepareCall(operation, input, options));
    if (status === NOT_KNOWN) return { kind: 'unknown', text };
    if (status !== 200) throw new Error(`${operation.name} answered ${status}: ${text}`);
    return readOutcome(operation, text);
  }

  async #fetch(path: string, init: RequestInit): Promise<Reply> {
    try {
      const answer = await fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      // The service closed the connection or is silent, which is an answer too: a promise broken, not the kit.
      const { cause } = error as { cause?: unknown };
      return { status: 0, text: `nothing (${String(cause ?? error)})` };
    }
  }
}

export function newKey(): string {
  return `conformance-${randomUUID()}`;
}

function readOutcome(operation: Operation, text: string): Outcome {
  const what = `${operation.name} answered ${text.slice(0, 300)}`;
  let json: Partial<Record<string, unknown>>;
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    throw new Error(`${what}, which is no JSON`);
  }
  if (json['kind'] === 'answer') return { kind: 'answer', output: json['output'] };
  if (json['kind'] === 'refusal' && typeof json['error'] === 'object') return json as unknown as Outcome;
  if (json['kind'] === 'failure' && typeof json['mayHaveHappened'] === 'boolean') return json as unknown as Outcome;
  throw new Error(`${what}, which is no answer, refusal or failure`);
}
