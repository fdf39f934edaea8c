import { Accounts, type Account } from './accounts.ts';
import type { BookEntry, Claim, DeliveryOutcome } from './book-entry.ts';
import { lockBooks } from './books-lock.ts';
import { answerCharge, captureCharge, refundCharge, voidCharge } from './charge.ts';
import type { Charge, FinalAnswer, Refund, WebhookEvent } from './charge.ts';
import { Journal } from './journal.ts';
import { newId } from './new-id.ts';
import { Refused } from './refused.ts';

/** Longer than a stopping process may take, so that a new one outwaits it. */
const LOCK_TIMEOUT_MS = 5_000;

export interface NewCharge {
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly token: string;
  readonly answer: FinalAnswer;
  /** The answer is kept back until `resolve`. */
  readonly pending: boolean;
}

interface Kept {
  readonly fingerprint: string;
  readonly chargeId?: string;
  readonly refund?: Refund;
}

/**
 * The provider's books: charges, captures, refunds, used keys and unsent webhooks, in memory and in a journal.
 *
 * States: `open` (from `Books.open` on) and `closed`, which refuses every change; a `broken` journal refuses them
 * too. A change is decided, applied and queued for the journal in one synchronous step, so that no other request can
 * come between. It is a fact only when `durable()` has settled, so every answer, reads included, awaits that first.
 */
export class Books {
  readonly #accounts = new Accounts();
  readonly #keys = new Map<string, Kept>();
  readonly #unsent = new Map<string, { event: WebhookEvent; failures: number }>();
  #journal!: Journal<BookEntry>;
  #unlock!: () => void;

  private constructor() {}

  /** Reads the journal at `path`, and makes one if there is none. One process at a time: see `lockBooks`. */
  static async open(path: string): Promise<Books> {
    const books = new Books();
    books.#unlock = await lockBooks(path, LOCK_TIMEOUT_MS);
    try {
      books.#journal = await Journal.open<BookEntry>(path, (entry) => books.#apply(entry));
    } catch (error) {
      books.#unlock();
      throw error;
    }
    return books;
  }

  async close(): Promise<void> {
    try {
      await this.#journal.close();
    } finally {
      this.#unlock();
    }
  }

  durable(): Promise<void> {
    return this.#journal.durable();
  }

  /** Settles, with the reason, only when the journal can no longer be written. The process has to end then. */
  get broken(): Promise<Error> {
    return this.#journal.broken;
  }

  charge(claim: Claim, wanted: NewCharge, nowMs: number): { charge: Charge; repeated: boolean } {
    const before = this.chargeUnder(claim);
    if (before) return { charge: before, repeated: true };
    const { answer, pending, token, ...terms } = wanted;
    const id = newId('ch', nowMs);
    const createdAt = new Date(nowMs).toISOString();
    const fresh: Charge = { id, key: claim.key, ...terms, status: 'pending', captured: 0, refunded: 0, createdAt };
    if (pending) this.#record({ kind: 'charge', charge: fresh, claim, token, answer });
    else this.#record({ kind: 'charge', charge: answerCharge(fresh, answer), claim, token });
    return { charge: this.find(id), repeated: false };
  }

  /** True for the first call with a key, which is to fail. Only the key is kept; nothing is booked. */
  failOnce(claim: Claim): boolean {
    if (this.#kept(claim)) return false;
    this.#record({ kind: 'failure', claim });
    return true;
  }

  capture(
    claim: Claim,
    chargeId: string,
    amount: number | undefined,
    nowMs: number,
  ): { charge: Charge; repeated: boolean } {
    const repeated = this.chargeUnder(claim) !== undefined;
    if (!repeated) {
      const before = this.find(chargeId);
      const charge = captureCharge(before, amount);
      const taken = charge.captured - before.captured;
      const capture = { id: newId('cp', nowMs), ...this.#booked(claim, charge, taken, nowMs) };
      this.#record({ kind: 'charge', charge, claim, capture });
    }
    return { charge: this.find(chargeId), repeated };
  }

  void(claim: Claim, chargeId: string): Charge {
    if (!this.#kept(claim)) this.#record({ kind: 'charge', charge: voidCharge(this.find(chargeId)), claim });
    return this.find(chargeId);
  }

  refund(claim: Claim, chargeId: string, amount: number, nowMs: number): { refund: Refund; repeated: boolean } {
    const before = this.#kept(claim)?.refund;
    if (before) return { refund: before, repeated: true };
    const charge = refundCharge(this.find(chargeId), amount);
    const refund = { id: newId('re', nowMs), ...this.#booked(claim, charge, amount, nowMs) };
    this.#record({ kind: 'charge', charge, claim, refund });
    return { refund, repeated: false };
  }

  /** Gives a pending charge its answer, together with the webhook that tells of it. */
  resolve(chargeId: string, nowMs: number): WebhookEvent | undefined {
    const before = this.find(chargeId);
    const answer = this.#accounts.answerOf(chargeId);
    // It may have been voided while it was pending: then there is nothing left to tell.
    if (!answer || before.status !== 'pending') return undefined;
    const charge = answerCharge(before, answer);
    const event: WebhookEvent = {
      id: newId('evt', nowMs),
      type: `charge.${answer}`,
      createdAt: new Date(nowMs).toISOString(),
      data: { charge },
    };
    this.#record({ kind: 'charge', charge, event });
    return event;
  }

  recordDelivery(eventId: string, outcome: DeliveryOutcome): void {
    this.#record({ kind: 'delivery', eventId, outcome });
  }

  /** The charge that was booked, or changed, under a key. Throws when the key was used for something else. */
  chargeUnder(claim: Claim): Charge | undefined {
    const chargeId = this.#kept(claim)?.chargeId;
    return chargeId === undefined ? undefined : this.find(chargeId);
  }

  has(chargeId: string): boolean {
    return this.#accounts.has(chargeId);
  }

  find(chargeId: string): Charge {
    return this.#accounts.find(chargeId);
  }

  findByKey(key: string): Charge | undefined {
    const chargeId = this.#keys.get(key)?.chargeId;
    const charge = chargeId === undefined ? undefined : this.find(chargeId);
    // The keys of captures, voids and refunds are kept beside those of charges, but they name no charge of their own.
    return charge?.key === key ? charge : undefined;
  }

  accountOf(chargeId: string): Account {
    return this.#accounts.account(chargeId);
  }

  tokenOf(chargeId: string): string | undefined {
    return this.#accounts.tokenOf(chargeId);
  }

  list(afterId: string | undefined, limit: number): { items: Charge[]; nextCursor: string | null } {
    return this.#accounts.list(afterId, limit);
  }

  listChanged(after: number, limit: number): { items: Account[]; nextCursor: string | null } {
    return this.#accounts.listChanged(after, limit);
  }

  pendingCharges(): Charge[] {
    return this.#accounts.pending();
  }

  /** Webhooks neither delivered nor given up, oldest first. */
  unsentEvents(): WebhookEvent[] {
    return [...this.#unsent.values()].map(({ event }) => event);
  }

  failedDeliveries(eventId: string): number {
    return this.#unsent.get(eventId)?.failures ?? 0;
  }

  #booked({ key }: Claim, { id, currency }: Charge, amount: number, nowMs: number) {
    return { key, chargeId: id, amount, currency, createdAt: new Date(nowMs).toISOString() };
  }

  #kept(claim: Claim): Kept | undefined {
    const kept = this.#keys.get(claim.key);
    if (kept && kept.fingerprint !== claim.fingerprint) {
      throw new Refused(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.');
    }
    return kept;
  }

  /** The journal goes first: where it refuses an entry, the books must not have changed. */
  #record(entry: BookEntry): void {
    this.#journal.append(entry);
    this.#apply(entry);
  }

  #apply(entry: BookEntry): void {
    if (entry.kind === 'failure') this.#keys.set(entry.claim.key, { fingerprint: entry.claim.fingerprint });
    else if (entry.kind === 'delivery') this.#applyDelivery(entry.eventId, entry.outcome);
    else {
      const { charge, claim, refund, event } = entry;
      this.#accounts.apply(entry);
      if (claim) this.#keys.set(claim.key, { ...claim, chargeId: charge.id, ...(refund && { refund }) });
      if (event) this.#unsent.set(event.id, { event, failures: 0 });
    }
  }

  #applyDelivery(eventId: string, outcome: DeliveryOutcome): void {
    const unsent = this.#unsent.get(eventId);
    if (outcome !== 'failed') this.#unsent.delete(eventId);
    else if (unsent) unsent.failures += 1;
  }
}
