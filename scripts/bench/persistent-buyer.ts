import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { seconds } from '../../src/shared/values/index.ts';
import type { RestartedProcess } from './restarted-process.ts';

const PAUSE_MS = 50;
const ATTEMPT_LIMIT_MS = seconds(15);
const PURCHASE_LIMIT_MS = seconds(120);
const CREATED = 201;

interface Reply {
  readonly id?: string;
  readonly order?: { readonly id: string };
}

/** Buys one thing after the other, and repeats each request, with its key, until it has been carried out. */
export class PersistentBuyer {
  /** What has been bought: ids of orders. */
  readonly orders: string[] = [];
  attempts = 0;
  readonly #processes: readonly RestartedProcess[];
  readonly #skus: readonly string[];
  #bought = 0;

  constructor(processes: readonly RestartedProcess[], skus: readonly string[]) {
    this.#processes = processes;
    this.#skus = skus;
  }

  async purchase(): Promise<void> {
    this.#bought += 1;
    const sku = this.#skus[this.#bought % this.#skus.length];
    const cart = { currency: 'GBP', email: 'bench@example.com', lines: [{ sku, quantity: 1 }] };
    const { id = '' } = await this.#insist('/store/v1/carts', cart);
    const payment = { payment: { provider: 'sandbox', token: 'tok_ok' } };
    const { order } = await this.#insist(`/store/v1/carts/${id}/complete`, payment);
    this.orders.push(order?.id ?? '');
  }

  async #insist(path: string, body: object): Promise<Reply> {
    const end = Date.now() + PURCHASE_LIMIT_MS;
    const key = randomUUID();
    for (;;) {
      const reply = await this.#ask(path, body, key);
      if (reply !== undefined) return reply;
      if (Date.now() > end) throw new Error(`${path} was not carried out within ${PURCHASE_LIMIT_MS} ms`);
      await pause(PAUSE_MS);
    }
  }

  /** Undefined: whoever was asked is dead, or not done yet. */
  async #ask(path: string, body: object, key: string): Promise<Reply | undefined> {
    const up = this.#processes.filter(({ isUp }) => isUp);
    this.attempts += 1;
    const process = up[this.attempts % up.length];
    if (process === undefined) return undefined;
    try {
      const response = await fetch(`${process.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ATTEMPT_LIMIT_MS),
      });
      const reply = (await response.json()) as Reply;
      return response.status === CREATED ? reply : undefined;
    } catch {
      // It was killed while it was asked, which is what is measured here: the next one is asked.
      return undefined;
    }
  }
}
