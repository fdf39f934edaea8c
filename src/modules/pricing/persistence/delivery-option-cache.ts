import { seconds } from '../../../shared/values/index.ts';
import type { DeliveryOption } from '../contract/index.ts';

const TIME_TO_LIVE_MS = seconds(5);
const MAX_ENTRIES = 1_000;

interface Entry {
  readonly option: Promise<DeliveryOption | undefined>;
  readonly untilMs: number;
}

/**
 * Delivery options for a few seconds, so that a quote costs no statement.
 *
 * It is safe to be a little late: a quote is what delivery cost a moment ago, an order keeps the price it was quoted,
 * and no option is changed on the strength of what stands here. Other processes follow within TIME_TO_LIVE_MS; this
 * one follows at once, because whoever changes an option drops everything after the commit.
 */
export class DeliveryOptionCache {
  readonly #entries = new Map<string, Entry>();

  /** What stands here for the code, or what `read` brings. Those who ask at the same time wait for the same answer. */
  async find(
    code: string,
    nowMs: number,
    read: () => Promise<DeliveryOption | undefined>,
  ): Promise<DeliveryOption | undefined> {
    const known = this.#entries.get(code);
    if (known !== undefined && nowMs < known.untilMs) return await known.option;
    const entry: Entry = { option: read(), untilMs: nowMs + TIME_TO_LIVE_MS };
    this.#keep(code, entry);
    try {
      return await entry.option;
    } catch (error) {
      // A failure is not an answer: the next one asks again.
      if (this.#entries.get(code) === entry) this.#entries.delete(code);
      throw error;
    }
  }

  /** What is being read at this moment is forgotten too: it may be older than the change. */
  drop(): void {
    this.#entries.clear();
  }

  /** Codes come from shoppers and need not exist, so the oldest entry makes room. */
  #keep(code: string, entry: Entry): void {
    this.#entries.delete(code);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(code, entry);
  }
}
