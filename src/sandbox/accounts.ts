import type { ChargeEntry } from './book-entry.ts';
import type { Capture, Charge, FinalAnswer, Refund } from './charge.ts';
import { Refused } from './refused.ts';

/** A charge with all that was booked on it. */
export interface Account {
  /** Counts all changes of all charges; this is the number of this charge's latest one. */
  readonly change: number;
  readonly charge: Charge;
  /** Oldest first, as are the refunds. */
  readonly captures: readonly Capture[];
  readonly refunds: readonly Refund[];
}

interface KeptAccount {
  change: number;
  charge: Charge;
  readonly position: number;
  readonly captures: Capture[];
  readonly refunds: Refund[];
  readonly answer: FinalAnswer | undefined;
  readonly token: string | undefined;
}

/** All charges, in the order of their booking and in the order of their changes. The same journal makes the same. */
export class Accounts {
  readonly #accounts = new Map<string, KeptAccount>();
  /** Charge ids in the order of booking; an account's `position` is its index here. */
  readonly #order: string[] = [];
  /** The charge of each change; an account's `change` is the last index at which it stands, counted from 1. */
  readonly #changes: string[] = [];
  readonly #pending = new Set<string>();

  apply({ charge, token, answer, capture, refund }: ChargeEntry): void {
    const { id } = charge;
    const change = this.#changes.push(id);
    const account = this.#accounts.get(id) ?? this.#begin(charge, token, answer);
    account.charge = charge;
    account.change = change;
    if (capture) account.captures.push(capture);
    if (refund) account.refunds.push(refund);
    if (charge.status === 'pending') this.#pending.add(id);
    else this.#pending.delete(id);
  }

  has(chargeId: string): boolean {
    return this.#accounts.has(chargeId);
  }

  find(chargeId: string): Charge {
    return this.#account(chargeId).charge;
  }

  account(chargeId: string): Account {
    const { change, charge, captures, refunds } = this.#account(chargeId);
    return { change, charge, captures, refunds };
  }

  /** What a pending charge will be answered with. */
  answerOf(chargeId: string): FinalAnswer | undefined {
    return this.#account(chargeId).answer;
  }

  tokenOf(chargeId: string): string | undefined {
    return this.#account(chargeId).token;
  }

  pending(): Charge[] {
    return [...this.#pending].map((id) => this.find(id));
  }

  /** Oldest first, after the charge `afterId`. A charge booked while somebody pages is met at the end, once. */
  list(afterId: string | undefined, limit: number): { items: Charge[]; nextCursor: string | null } {
    const start = afterId === undefined ? 0 : this.#account(afterId).position + 1;
    const items = this.#order.slice(start, start + limit).map((id) => this.find(id));
    const isLast = start + limit >= this.#order.length;
    return { items, nextCursor: isLast ? null : (items.at(-1)?.id ?? null) };
  }

  /**
   * Accounts by their latest change, those after the change `after`. One that changes while somebody pages is met
   * again at the end, so that whoever has reached the end has seen each as it is.
   */
  listChanged(after: number, limit: number): { items: Account[]; nextCursor: string | null } {
    if (after > this.#changes.length) {
      throw new Refused(400, 'unknown_cursor', 'The books have not come so far: the cursor is of other books.');
    }
    const items: Account[] = [];
    for (let change = after + 1; change <= this.#changes.length; change += 1) {
      const account = this.account(this.#changes[change - 1] ?? '');
      if (account.change !== change) continue;
      if (items.length === limit) return { items, nextCursor: String(items.at(-1)?.change) };
      items.push(account);
    }
    return { items, nextCursor: null };
  }

  #begin(charge: Charge, token: string | undefined, answer: FinalAnswer | undefined): KeptAccount {
    const position = this.#order.push(charge.id) - 1;
    const account: KeptAccount = { change: 0, charge, position, captures: [], refunds: [], answer, token };
    this.#accounts.set(charge.id, account);
    return account;
  }

  #account(chargeId: string): KeptAccount {
    const account = this.#accounts.get(chargeId);
    if (!account) throw new Refused(404, 'charge_not_found', 'There is no such charge.');
    return account;
  }
}
