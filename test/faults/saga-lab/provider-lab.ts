import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Books } from '../../../src/sandbox/books.ts';
import type { Charge } from '../../../src/sandbox/charge.ts';
import { createSandboxServer } from '../../../src/sandbox/sandbox-server.ts';
import { WebhookSender } from '../../../src/sandbox/webhook-sender.ts';
import { ProviderLine } from './provider-line.ts';
import { WebhookLine } from './webhook-line.ts';

const WEBHOOK_SECRET = 'a webhook secret of fault tests';
/** How long the provider takes over `tok_pending`. */
const PENDING_MS = 400;
const PAGE = 500;

/** The sandbox provider in this process: it outlives the shop's processes, and all of them share it. */
export class ProviderLab {
  readonly line: ProviderLine;
  readonly webhooks: WebhookLine;
  readonly #books: Books;
  readonly #stop: () => Promise<void>;

  private constructor(parts: { line: ProviderLine; webhooks: WebhookLine; books: Books; stop: () => Promise<void> }) {
    this.line = parts.line;
    this.webhooks = parts.webhooks;
    this.#books = parts.books;
    this.#stop = parts.stop;
  }

  static async open(): Promise<ProviderLab> {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-provider-lab-'));
    const books = await Books.open(join(folder, 'books.jsonl'));
    const webhooks = await WebhookLine.open();
    const sender = new WebhookSender({ books, secret: WEBHOOK_SECRET, url: webhooks.url });
    const server = createSandboxServer({ books, webhook: sender, pendingMs: PENDING_MS });
    const line = await ProviderLine.open(`http://127.0.0.1:${await server.listen(0)}`);
    const stop = async (): Promise<void> => {
      await line.close();
      await server.close();
      sender.stop();
      await webhooks.close();
      await books.close();
      await rm(folder, { recursive: true, force: true });
    };
    return new ProviderLab({ line, webhooks, books, stop });
  }

  /** What a process of the shop has to know of it. */
  get environment(): Record<string, string> {
    return { PAYMENT_SANDBOX: 'false', SANDBOX_URL: this.line.url, SANDBOX_WEBHOOK_SECRET: WEBHOOK_SECRET };
  }

  /** The provider's own books, past any line. */
  charges(): Charge[] {
    const found: Charge[] = [];
    let cursor: string | undefined;
    for (;;) {
      const { items, nextCursor } = this.#books.list(cursor, PAGE);
      found.push(...items);
      if (nextCursor === null) return found;
      cursor = nextCursor;
    }
  }

  chargesOf(orderId: string): Charge[] {
    return this.charges().filter((charge) => charge.orderId === orderId);
  }

  /** At the provider's own desk somebody gives back all that is left of an order's charge. */
  giveBackByHand(orderId: string): void {
    for (const { id, captured, refunded } of this.chargesOf(orderId)) {
      const left = captured - refunded;
      const key = `by hand ${id}`;
      if (left > 0) this.#books.refund({ key, fingerprint: key }, id, left, Date.now());
    }
  }

  async close(): Promise<void> {
    await this.#stop();
  }
}
