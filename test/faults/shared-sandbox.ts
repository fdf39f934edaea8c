import { join } from 'node:path';
import { Books } from '../../src/sandbox/books.ts';
import { createSandboxServer } from '../../src/sandbox/sandbox-server.ts';
import { WebhookSender } from '../../src/sandbox/webhook-sender.ts';

const WEBHOOK_SECRET = 'a webhook secret of fault tests alone';
const PENDING_MS = 300;

/** One payment provider for all processes of a test. */
export class SharedSandbox {
  /** What each process is told of it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.settings = { PAYMENT_SANDBOX: 'false', SANDBOX_URL: url, SANDBOX_WEBHOOK_SECRET: WEBHOOK_SECRET };
    this.#close = close;
  }

  static async open(folder: string): Promise<SharedSandbox> {
    const books = await Books.open(join(folder, 'books.jsonl'));
    const webhook = new WebhookSender({ books, secret: WEBHOOK_SECRET });
    const server = createSandboxServer({ books, webhook, pendingMs: PENDING_MS });
    const url = `http://127.0.0.1:${await server.listen(0)}`;
    return new SharedSandbox(url, async () => {
      webhook.stop();
      await server.close();
      await books.close();
    });
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
