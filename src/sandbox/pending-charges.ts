import type { Books } from './books.ts';
import type { Charge, WebhookEvent } from './charge.ts';

/**
 * Answers pending charges when their time has come.
 *
 * States: `waiting` (a timer per pending charge) and `stopped` (none; the books still hold the pending charges, and
 * the next process takes them up again). The time counts from the booking, so a restart does not prolong it.
 */
export class PendingCharges {
  readonly #books: Books;
  readonly #clock: () => number;
  readonly #pendingMs: number;
  readonly #onResolved: (event: WebhookEvent) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #state: 'waiting' | 'stopped' = 'waiting';

  constructor(books: Books, clock: () => number, pendingMs: number, onResolved: (event: WebhookEvent) => void) {
    this.#books = books;
    this.#clock = clock;
    this.#pendingMs = pendingMs;
    this.#onResolved = onResolved;
    for (const charge of books.pendingCharges()) this.watch(charge);
  }

  watch(charge: Charge): void {
    if (this.#state === 'stopped') return;
    const dueInMs = Math.max(0, Date.parse(charge.createdAt) + this.#pendingMs - this.#clock());
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const event = this.#books.resolve(charge.id, this.#clock());
      if (event) this.#onResolved(event);
    }, dueInMs);
    this.#timers.add(timer);
  }

  stop(): void {
    this.#state = 'stopped';
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
