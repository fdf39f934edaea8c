import type { Account } from '../accounts.ts';
import type { Charge, Refund } from '../charge.ts';

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

export type ErrorBody = { error: { code: string; message: string } };
export type ChargeReply = Reply<Charge & ErrorBody>;

/** Speaks to the provider as Banyan would. */
export class SandboxCaller {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  charge(key: string, token: string, changes: object = {}, signal?: AbortSignal): Promise<ChargeReply> {
    const body = { amount: 1_250, currency: 'GBP', token, orderId: `order of ${key}`, capture: true, ...changes };
    return this.post('/v1/charges', key, body, signal);
  }

  capture(id: string, key: string, body: object = {}, signal?: AbortSignal): Promise<ChargeReply> {
    return this.post(`/v1/charges/${id}/capture`, key, body, signal);
  }

  void(id: string, key: string): Promise<ChargeReply> {
    return this.post(`/v1/charges/${id}/void`, key, {});
  }

  refund(id: string, key: string, amount: number): Promise<Reply<Refund & ErrorBody>> {
    return this.post(`/v1/charges/${id}/refunds`, key, { amount });
  }

  async find(id: string): Promise<Charge> {
    return (await this.get<Charge>(`/v1/charges/${id}`)).body;
  }

  async all(): Promise<Charge[]> {
    return (await this.get<{ items: Charge[] }>('/v1/charges?limit=500')).body.items;
  }

  /** Charges with what was booked on them, those that changed after the change `after`, a page. */
  async accounts(after = 0, limit = 500): Promise<{ items: Account[]; nextCursor: string | null }> {
    const path = `/v1/accounts?after=${after}&limit=${limit}`;
    return (await this.get<{ items: Account[]; nextCursor: string | null }>(path)).body;
  }

  async get<Body>(path: string): Promise<Reply<Body>> {
    const response = await fetch(this.url + path);
    return { status: response.status, body: (await response.json()) as Body };
  }

  async post<Body>(path: string, key: string | undefined, body: unknown, signal?: AbortSignal): Promise<Reply<Body>> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }
}
