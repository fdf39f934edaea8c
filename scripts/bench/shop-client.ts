import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

const MAX_CONNECTIONS = 64;
const PIECES = 100_000;

/** A shopper and a shopkeeper over HTTP, as the measurements need them. */
export class ShopClient {
  readonly #pool: Pool;
  readonly #adminKey: string;

  constructor(url: string, adminKey: string) {
    this.#pool = new Pool(url, { connections: MAX_CONNECTIONS });
    this.#adminKey = adminKey;
  }

  /** Publishes a product with one variant and plenty in stock. Returns its SKU. */
  async stockVariant(): Promise<string> {
    const sku = `BENCH-${randomUUID().slice(0, 13)}`;
    const headers = { authorization: `Bearer ${this.#adminKey}` };
    const variants = [{ sku, prices: [{ amount: 1_000, currency: 'GBP' }] }];
    const product = { handle: sku.toLowerCase(), title: 'Bench', status: 'published', variants };
    await this.#send('POST', '/admin/v1/products', product, 201, headers);
    await this.#send('POST', '/admin/v1/stock/receipts', { lines: [{ sku, quantity: PIECES }] }, 201, headers);
    return sku;
  }

  /** A guest's purchase: two requests. */
  async purchase(sku: string): Promise<void> {
    const cart = { currency: 'GBP', email: 'bench@example.com', lines: [{ sku, quantity: 1 }] };
    const { id } = await this.#send('POST', '/store/v1/carts', cart, 201);
    const payment = { payment: { provider: 'sandbox', token: 'tok_ok' } };
    await this.#send('POST', `/store/v1/carts/${id}/complete`, payment, 201, { 'idempotency-key': randomUUID() });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #send(
    method: 'POST',
    path: string,
    body: object,
    expected: number,
    headers: Record<string, string> = {},
  ): Promise<{ id: string }> {
    const response = await this.#pool.request({
      method,
      path,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    const text = await response.body.text();
    if (response.statusCode !== expected) throw new Error(`${method} ${path} answered ${response.statusCode}: ${text}`);
    return JSON.parse(text) as { id: string };
  }
}
