import type { CallContext } from '../../../shared/auth/index.ts';
import type { Difference } from '../contract/index.ts';
import { takeKey } from '../domain/charge.ts';
import type { OwnCursor } from '../persistence/own-books.reader.ts';
import type { Progress } from '../persistence/reconciliation.repository.ts';
import type { PaymentProvider } from '../providers/payment-provider.ts';

const PAGE_SIZE = 500;
const MAX_PAGES = 200;
/** Charges that one run looks at one by one. More than a page, so that each run gets further. */
const MAX_EXAMINED = 2_000;
const MAX_RECHECKED = 100;
const MAX_REPORTED = 100;
/** What is begun in time has to end in time too. */
const STOP_BEFORE_DEADLINE_MS = 10_000;

/** What a run needs to see and do; each of them asks the provider or the database. */
export interface RunSteps {
  readonly provider: PaymentProvider;
  suspects(accounts: Awaited<ReturnType<PaymentProvider['listChanged']>>['items']): Promise<string[]>;
  examine(chargeKey: string): Promise<Difference[]>;
  listOwn(after: OwnCursor | undefined, limit: number): Promise<OwnCursor[]>;
  listOpen(limit: number): Promise<string[]>;
}

/**
 * One comparison: the provider's books from where the last run was left, then ours, then what has been open since
 * earlier runs. It ends complete, or when it has looked at enough for once; `progress` says where to go on.
 */
export class ReconciliationRun {
  progress: Progress;
  charges = 0;
  payments = 0;
  repaired = 0;
  open = 0;
  readonly differences: Difference[] = [];
  readonly #steps: RunSteps;
  readonly #stopAtMs: number;
  /** Charges that were looked at in this run. */
  readonly #seen = new Set<string>();
  #examined = 0;
  #pages = 0;

  constructor(steps: RunSteps, progress: Progress, call: CallContext) {
    this.#steps = steps;
    this.progress = progress;
    this.#stopAtMs = call.deadlineMs - STOP_BEFORE_DEADLINE_MS;
  }

  /** Whether it has come to the end of both books. */
  async carryOut(): Promise<boolean> {
    await this.#recheck();
    return (await this.#readTheirs()) && (await this.#readOurs());
  }

  async #readTheirs(): Promise<boolean> {
    for (;;) {
      if (!this.#mayGoOn()) return false;
      const page = await this.#steps.provider.listChanged(this.progress.provider, PAGE_SIZE);
      for (const key of await this.#steps.suspects(page.items)) await this.#examine(key);
      for (const { charge } of page.items) this.#seen.add(charge.key);
      this.charges += page.items.length;
      this.progress = { ...this.progress, provider: page.cursor };
      if (page.isLast) return true;
    }
  }

  /** Whatever the provider has changed has been seen by now: only what it does not have is still to be looked at. */
  async #readOurs(): Promise<boolean> {
    for (;;) {
      if (!this.#mayGoOn()) return false;
      const page = await this.#steps.listOwn(this.progress.own, PAGE_SIZE);
      for (const { orderId } of page) await this.#examine(takeKey(orderId));
      this.payments += page.length;
      this.progress = { ...this.progress, own: page.at(-1) ?? this.progress.own };
      if (page.length < PAGE_SIZE) return true;
    }
  }

  async #recheck(): Promise<void> {
    for (const key of await this.#steps.listOpen(MAX_RECHECKED)) await this.#examine(key);
  }

  #mayGoOn(): boolean {
    this.#pages += 1;
    return this.#pages <= MAX_PAGES && this.#examined + PAGE_SIZE <= MAX_EXAMINED && Date.now() < this.#stopAtMs;
  }

  async #examine(key: string): Promise<void> {
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#examined += 1;
    for (const difference of await this.#steps.examine(key)) {
      if (difference.outcome === 'repaired') this.repaired += 1;
      else this.open += 1;
      if (this.differences.length < MAX_REPORTED) this.differences.push(difference);
    }
  }
}
