import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Books } from '../books.ts';
import { createSandboxServer } from '../sandbox-server.ts';
import { WebhookSender } from '../webhook-sender.ts';
import { SandboxCaller } from './sandbox-caller.ts';

export const SECRET = 'a secret of the tests';

export interface SandboxInProcess {
  readonly caller: SandboxCaller;
  readonly webhook: WebhookSender;
  readonly books: Books;
  close(): Promise<void>;
}

export interface InProcessOptions {
  readonly webhookUrl?: string;
  readonly pendingMs?: number;
  readonly retryDelayMs?: number;
}

/** The provider on real books and a real port, without a process of its own. */
export async function openSandbox(booksPath: string, options: InProcessOptions = {}): Promise<SandboxInProcess> {
  const { webhookUrl, pendingMs = 20, retryDelayMs = 10 } = options;
  const books = await Books.open(booksPath);
  const webhook = new WebhookSender({
    books,
    secret: SECRET,
    retryDelayMs: () => retryDelayMs,
    ...(webhookUrl !== undefined && { url: webhookUrl }),
  });
  const server = createSandboxServer({ books, webhook, pendingMs });
  const port = await server.listen(0);
  return {
    caller: new SandboxCaller(`http://127.0.0.1:${port}`),
    webhook,
    books,
    close: async () => {
      await server.close();
      webhook.stop();
      await books.close();
    },
  };
}

/** A folder for one test's books. */
export async function freshBooks(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-sandbox-'));
  return { path: join(folder, 'books.jsonl'), remove: () => rm(folder, { recursive: true, force: true }) };
}
