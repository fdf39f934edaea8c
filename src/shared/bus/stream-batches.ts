import type { Delivery } from './outbox.ts';
import { keyOf } from './stream-order.ts';

/** Deliveries handled together, at most: one claim, one transaction, one acknowledgement. */
export const BATCH_LIMIT = 100;
/** Batches at work at the same time, each in a transaction of its own. */
const MAX_BATCHES = 4;

/** What one call of `add` brought, until the last of it is settled. */
interface Parcel {
  left: number;
  failure: { readonly error: unknown } | undefined;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly parcel: Parcel;
}

/**
 * Gathers what jobs bring while others are being handled, so that batches grow with the load. Two batches at work never
 * share a stream: they would wait for each other in the database, and the later one would find itself early.
 *
 * States of a delivery: waiting → at work (its stream is taken) → settled with its batch. What waits is bounded by the
 * jobs that a worker takes at once.
 */
export class StreamBatches {
  readonly #handle: (batch: readonly Delivery[]) => Promise<void>;
  readonly #limit: number;
  readonly #taken = new Set<string>();
  #waiting: Waiting[] = [];
  #atWork = 0;

  /** `handle` gets deliveries in the order in which they came. */
  constructor(handle: (batch: readonly Delivery[]) => Promise<void>, limit = BATCH_LIMIT) {
    this.#handle = handle;
    this.#limit = limit;
  }

  /** Returns when all of them are handled; throws what the first of their batches that failed threw. */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await new Promise<void>((done, fail) => {
      const parcel: Parcel = { left: deliveries.length, failure: undefined, done, fail };
      for (const delivery of deliveries) this.#waiting.push({ delivery, parcel });
      this.#begin();
    });
  }

  #begin(): void {
    while (this.#atWork < MAX_BATCHES) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#atWork += 1;
      void this.#run(batch).finally(() => {
        this.#atWork -= 1;
        for (const { delivery } of batch) this.#taken.delete(keyOf(delivery.envelope));
        this.#begin();
      });
    }
  }

  /** The longest waiting ones whose streams nobody is at. */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const isFree = batch.length < this.#limit && !this.#taken.has(keyOf(waiting.delivery.envelope));
      (isFree ? batch : left).push(waiting);
    }
    for (const { delivery } of batch) this.#taken.add(keyOf(delivery.envelope));
    this.#waiting = left;
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    let failure: Parcel['failure'];
    try {
      await this.#handle(batch.map(({ delivery }) => delivery));
    } catch (error) {
      failure = { error };
    }
    for (const { parcel } of batch) settle(parcel, failure);
  }
}

function settle(parcel: Parcel, failure: Parcel['failure']): void {
  parcel.failure ??= failure;
  parcel.left -= 1;
  if (parcel.left > 0) return;
  if (parcel.failure === undefined) parcel.done();
  else parcel.fail(parcel.failure.error as Error);
}
