import { randomUUID } from 'node:crypto';

/** What a buyer saw that should not be: no answer, or one that is no success. */
export type Complaint = string;

interface Answer {
  readonly status: number;
  readonly body: { readonly id: string; readonly order: { readonly id: string; readonly status: string } };
}

/**
 * People who look, fill a cart and buy, one purchase after the other, as long as `during` takes. Their connections stay
 * open as a browser's do. Nothing is asked twice: each request counts.
 */
export class SteadyBuyers {
  readonly orders: string[] = [];
  readonly complaints: Complaint[] = [];
  looks = 0;
  readonly #url: string;
  readonly #sku: string;
  #over = false;

  constructor(url: string, sku: string) {
    this.#url = url;
    this.#sku = sku;
  }

  async during(buyers: number, work: () => Promise<void>): Promise<void> {
    await this.#people(buyers, () => this.#buy(), work);
  }

  /** People who only look at what there is. */
  async lookDuring(lookers: number, work: () => Promise<void>): Promise<void> {
    await this.#people(lookers, () => this.#look(), work);
  }

  async #people(count: number, each: () => Promise<void>, work: () => Promise<void>): Promise<void> {
    const buying = Array.from({ length: count }, () => this.#goOn(each));
    try {
      await work();
    } finally {
      this.#over = true;
      await Promise.all(buying);
    }
  }

  async #goOn(each: () => Promise<void>): Promise<void> {
    while (!this.#over) {
      await each().catch((error: unknown) => {
        const { message, cause } = error as Error;
        this.complaints.push(`${message}${cause instanceof Error ? `: ${cause.message}` : ''}`);
      });
    }
  }

  async #look(): Promise<void> {
    await this.#ask('GET', '/store/v1/products?limit=5', 200);
    this.looks += 1;
  }

  async #buy(): Promise<void> {
    const lines = [{ sku: this.#sku, quantity: 1 }];
    await this.#look();
    const cart = await this.#ask('POST', '/store/v1/carts', 201, { currency: 'GBP', email: 'b@example.com', lines });
    const { body } = await this.#ask('POST', `/store/v1/carts/${cart.body.id}/complete`, 201, {
      payment: { provider: 'sandbox', token: 'tok_ok' },
    });
    this.orders.push(body.order.id);
  }

  async #ask(method: string, path: string, expected: number, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    });
    const text = await answer.text();
    if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { status: answer.status, body: JSON.parse(text) as Answer['body'] };
  }
}
