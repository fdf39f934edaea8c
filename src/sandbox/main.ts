/** The sandbox provider's own process. `start-sandbox.ts` forks it; `node dist/sandbox/main.js` runs it alone. */
import { Books } from './books.ts';
import { createSandboxServer, PENDING_MS_DEFAULT } from './sandbox-server.ts';
import { WebhookSender } from './webhook-sender.ts';

const PORT_MAX = 65_535;
const PENDING_MS_MAX = 3_600_000;
/** Longer than the server takes to finish its requests: then something hangs, and a restart is better. */
const STOP_DEADLINE_MS = 4_000;

const hasParent = process.send !== undefined;
let isReady = false;

async function run(): Promise<void> {
  const stopAsked = listenForTheEnd();
  const booksPath = process.env['SANDBOX_BOOKS'];
  if (!booksPath) throw new Error('SANDBOX_BOOKS must name the journal file.');
  const books = await Books.open(booksPath);
  const url = process.env['SANDBOX_WEBHOOK_URL'];
  const webhook = new WebhookSender({ books, secret: webhookSecret(url), ...(url && { url }) });
  const pendingMs = integerFrom('SANDBOX_PENDING_MS', PENDING_MS_DEFAULT, PENDING_MS_MAX);
  const server = createSandboxServer({ books, webhook, pendingMs });
  process.on('message', (message) => {
    const newUrl = webhookUrlIn(message);
    if (newUrl !== undefined) webhook.setUrl(newUrl);
  });

  const port = await server.listen(integerFrom('SANDBOX_PORT', 0, PORT_MAX));
  isReady = true;
  // A parent that died just now is no error: `disconnect` has been heard and the stop follows.
  process.send?.({ ready: true, port }, () => undefined);
  process.stdout.write(`sandbox payment provider: http://127.0.0.1:${port}, books in ${booksPath}\n`);

  const failure = await Promise.race([stopAsked, books.broken]);
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  await server.close();
  webhook.stop();
  await books.close();
  if (failure) throw failure;
}

/**
 * Settles on SIGTERM, on Ctrl-C when it runs alone, and when the parent has died. A Ctrl-C in the terminal reaches
 * the parent's whole group, but the parent may need the provider until it has finished its own requests, so a child
 * leaves that signal to it.
 */
function listenForTheEnd(): Promise<undefined> {
  // A parent that dies takes the other ends of these pipes with it, and a failing write must not end the process.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return new Promise((resolve) => {
    const stop = (): void => resolve(undefined);
    process.on('SIGTERM', stop);
    process.on('SIGINT', hasParent ? () => undefined : stop);
    process.on('disconnect', stop);
    // The parent may have died while this module was being loaded, before anybody listened.
    if (hasParent && !process.connected) stop();
  });
}

/** A webhook that nobody can check is worse than none. */
function webhookSecret(url: string | undefined): string {
  const secret = process.env['SANDBOX_WEBHOOK_SECRET'] ?? '';
  if (secret === '' && (hasParent || url)) throw new Error('SANDBOX_WEBHOOK_SECRET must be set to sign webhooks.');
  return secret;
}

function integerFrom(name: string, fallback: number, max: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > max) throw new Error(`${name} must be from 0 to ${max}.`);
  return value;
}

function webhookUrlIn(message: unknown): string | undefined {
  const isNamed = typeof message === 'object' && message !== null && 'webhookUrl' in message;
  return isNamed && typeof message.webhookUrl === 'string' ? message.webhookUrl : undefined;
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    // A parent that still waits for the start reports the reason itself; it must have it before the channel closes.
    if (process.connected && !isReady) {
      process.send?.({ failed: reason }, () => process.exit(1));
      return;
    }
    process.stderr.write(`sandbox payment provider: ${reason}\n`, () => process.exit(1));
  },
);
