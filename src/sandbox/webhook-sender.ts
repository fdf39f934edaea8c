import type { Books } from './books.ts';
import type { WebhookEvent } from './charge.ts';
import { webhookSignature } from './webhook-signature.ts';

const IN_FLIGHT_MAX = 8;
const ANSWER_TIMEOUT_MS = 5_000;
const FAILURES_MAX = 20;
const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 30_000;

export interface WebhookSenderOptions {
  readonly books: Books;
  readonly secret: string;
  readonly url?: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** How long to wait after this many failures in a row. */
  readonly retryDelayMs?: (failures: number) => number;
}

/**
 * Sends webhooks until each is answered with a 2xx or has failed 20 times, which takes about 7 minutes.
 *
 * States: `waiting for a URL` (keeps what it is given), `sending` (at most 8 at once; what failed waits for its timer)
 * and `stopped`. An event is delivered at least once: a crash between the answer and the journal sends it again,
 * under the same `webhook-id`. What is unsent lives in the books, so a restart takes it up again at once.
 */
export class WebhookSender {
  readonly #books: Books;
  readonly #secret: string;
  readonly #clock: () => number;
  readonly #retryDelayMs: (failures: number) => number;
  readonly #ready: WebhookEvent[];
  readonly #waiting = new Map<WebhookEvent, NodeJS.Timeout>();
  readonly #stopping = new AbortController();
  #inFlight = 0;
  #url: string | undefined;

  constructor({ books, secret, url, clock = Date.now, retryDelayMs = doublingDelayMs }: WebhookSenderOptions) {
    this.#books = books;
    this.#secret = secret;
    this.#clock = clock;
    this.#retryDelayMs = retryDelayMs;
    this.#ready = books.unsentEvents();
    if (url !== undefined) this.setUrl(url);
  }

  /** A new address is tried at once, also for what is waiting because the old one failed. */
  setUrl(url: string): void {
    this.#url = new URL(url).href;
    for (const [event, timer] of this.#waiting) {
      clearTimeout(timer);
      this.#ready.push(event);
    }
    this.#waiting.clear();
    this.#sendReady();
  }

  enqueue(event: WebhookEvent): void {
    this.#ready.push(event);
    this.#sendReady();
  }

  /** What is in flight is cut off and stays unsent in the books. */
  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #sendReady(): void {
    while (this.#url !== undefined && !this.#stopping.signal.aborted && this.#inFlight < IN_FLIGHT_MAX) {
      const event = this.#ready.shift();
      if (!event) return;
      this.#inFlight += 1;
      void this.#deliver(event, this.#url).finally(() => {
        this.#inFlight -= 1;
        this.#sendReady();
      });
    }
  }

  async #deliver(event: WebhookEvent, url: string): Promise<void> {
    // What the disk does not know yet could still be lost, and must not have been told to anybody.
    const accepted = await this.#books.durable().then(
      () => this.#post(event, url),
      () => false,
    );
    if (this.#stopping.signal.aborted) return;
    if (accepted) {
      this.#books.recordDelivery(event.id, 'delivered');
      return;
    }
    const failures = this.#books.failedDeliveries(event.id) + 1;
    this.#books.recordDelivery(event.id, failures < FAILURES_MAX ? 'failed' : 'abandoned');
    if (failures < FAILURES_MAX) this.#retryLater(event, failures);
  }

  async #post(event: WebhookEvent, url: string): Promise<boolean> {
    const rawBody = JSON.stringify(event);
    const timestampSeconds = Math.floor(this.#clock() / 1_000);
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': event.id,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': webhookSignature(this.#secret, event.id, timestampSeconds, rawBody),
        },
        body: rawBody,
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Unreachable, too slow or stopping: all of them mean that nobody has confirmed it.
      return false;
    }
  }

  #retryLater(event: WebhookEvent, failures: number): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(event);
      this.enqueue(event);
    }, this.#retryDelayMs(failures));
    this.#waiting.set(event, timer);
  }
}

function doublingDelayMs(failures: number): number {
  return Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** (failures - 1));
}
