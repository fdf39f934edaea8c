import { seconds } from '../../../shared/values/index.ts';
import type { DeliveryOption } from '../contract/index.ts';

const TIME_TO_LIVE_MS = seconds(5);

interface Entry {
  readonly options: Promise<readonly DeliveryOption[]>;
  readonly untilMs: number;
}

/**
 * Delivery options for a few seconds, so that a quote costs no statement. There are a handful, so all are kept.
 *
 * It is safe to be a little late: a quote is what delivery cost a moment ago, an order keeps the price it was quoted,
 * and no option is changed on the strength of what stands here. Other processes follow within TIME_TO_LIVE_MS; this
 * one follows at once, because whoever changes an option drops everything after the commit.
 */
export class DeliveryOptionCache {
  #entry: Entry | undefined;

  /** What stands here, or what `read` brings. Those who ask at the same time wait for the same answer. */
  async all(nowMs: number, read: () => Promise<readonly DeliveryOption[]>): Promise<readonly DeliveryOption[]> {
    if (this.#entry !== undefined && nowMs < this.#entry.untilMs) return await this.#entry.options;
    const entry: Entry = { options: read(), untilMs: nowMs + TIME_TO_LIVE_MS };
    this.#entry = entry;
    try {
      return await entry.options;
    } catch (error) {
      // A failure is not an answer: the next one asks again.
      if (this.#entry === entry) this.#entry = undefined;
      throw error;
    }
  }

  /** What is being read at this moment is forgotten too: it may be older than the change. */
  drop(): void {
    this.#entry = undefined;
  }
}
