import { Pool } from 'undici';
import type { z } from 'zod';
import { SystemFailure } from '../../../shared/errors/index.ts';
import { seconds, type Page, type PageRequest } from '../../../shared/values/index.ts';
import type { Charge, ChargeAccount } from '../domain/charge.ts';
import { ProviderRefusal } from './payment-provider.ts';
import type { ChangedAccounts, ChargeRequest, PaymentProvider } from './payment-provider.ts';
import { SandboxAccountPage, SandboxCharge, SandboxChargePage, SandboxError } from './sandbox-charge.ts';
import { toAccount, toCharge } from './sandbox-charge.ts';

/** As many requests at once; further ones wait for a free connection, within their own time. */
const MAX_CONNECTIONS = 64;
/** Shorter than the provider keeps an idle connection, so that it does not close one just as we use it. */
const KEEP_ALIVE_MS = seconds(30);
/** Answers that say nothing about the request: it may be repeated. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The sandbox provider, over HTTP and nothing else, as a third party would be. */
export class SandboxProvider implements PaymentProvider {
  readonly asksOutside = true;
  readonly #pool: Pool;
  readonly #timeoutMs: number;

  constructor(url: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(new URL(url).origin, {
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
  }

  async charge({ key, orderId, amount, token, capture }: ChargeRequest): Promise<Charge> {
    const body = { amount: amount.amount, currency: amount.currency, token, orderId, capture };
    return read(SandboxCharge.transform(toCharge), await this.#post('/v1/charges', key, body));
  }

  async findCharge(key: string): Promise<Charge | undefined> {
    const page = read(SandboxChargePage, await this.#get(`/v1/charges?key=${encodeURIComponent(key)}`));
    const found = page.items[0];
    return found === undefined ? undefined : toCharge(found);
  }

  async findAccount(key: string): Promise<ChargeAccount | undefined> {
    const page = read(SandboxAccountPage, await this.#get(`/v1/accounts?key=${encodeURIComponent(key)}`));
    const found = page.items[0];
    return found === undefined ? undefined : toAccount(found);
  }

  async capture(chargeId: string, key: string, amount: number): Promise<void> {
    await this.#post(`/v1/charges/${encodeURIComponent(chargeId)}/capture`, key, { amount });
  }

  async voidCharge(chargeId: string, key: string): Promise<void> {
    await this.#post(`/v1/charges/${encodeURIComponent(chargeId)}/void`, key, {});
  }

  async refund(chargeId: string, key: string, amount: number): Promise<void> {
    await this.#post(`/v1/charges/${encodeURIComponent(chargeId)}/refunds`, key, { amount });
  }

  async listCharges({ limit, cursor }: PageRequest): Promise<Page<Charge>> {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) });
    const page = read(SandboxChargePage, await this.#get(`/v1/charges?${query.toString()}`));
    return { items: page.items.map(toCharge), nextCursor: page.nextCursor ?? null };
  }

  async listChanged(after: string | undefined, limit: number): Promise<ChangedAccounts> {
    const query = new URLSearchParams({ limit: String(limit), ...(after === undefined ? {} : { after }) });
    const page = read(SandboxAccountPage, await this.#get(`/v1/accounts?${query.toString()}`));
    const last = page.items.at(-1);
    const cursor = last === undefined ? after : String(last.change);
    return { items: page.items.map(toAccount), cursor, isLast: (page.nextCursor ?? null) === null };
  }

  /** Idle connections do not keep a process alive; this ends them at once. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #get(path: string): Promise<Answer> {
    return judge(await this.#send({ method: 'GET', path }));
  }

  async #post(path: string, key: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    return judge(await this.#send({ method: 'POST', path, headers, body: JSON.stringify(body) }));
  }

  async #send(request: {
    method: 'GET' | 'POST';
    path: string;
    headers?: Record<string, string>;
    body?: string;
  }): Promise<Answer> {
    try {
      const { statusCode, body } = await this.#pool.request({
        ...request,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      return { status: statusCode, body: await body.json() };
    } catch (error) {
      const message = `the sandbox provider gave no answer to ${request.method} ${request.path}`;
      throw new SystemFailure(message, { mayHaveHappened: true, cause: error });
    }
  }
}

/** An answer that settles the request. 402 does: the card was declined. */
function judge(answer: Answer): Answer {
  const { status, body } = answer;
  if (status < 300 || status === 402) return answer;
  const error = SandboxError.safeParse(body).data?.error ?? { code: `status_${status}`, message: 'without a reason' };
  const message = `the sandbox provider answered ${status} ${error.code}: ${error.message}`;
  if (status >= 500 || TRANSIENT_STATUSES.has(status)) throw new SystemFailure(message, { mayHaveHappened: true });
  throw new ProviderRefusal(error.code, message);
}

function read<Schema extends z.ZodType>(schema: Schema, { body, status }: Answer): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new SystemFailure(`the sandbox provider's answer with status ${status} cannot be read`, {
    mayHaveHappened: true,
    cause: parsed.error,
  });
}
