import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from './seed.ts';
import type { TillChild } from './till-child.ts';

const MAX_SALES_AT_ONCE = 3;
/** So much longer or shorter than the wanted pause, by chance. */
const SPREAD = 2;
/** Of one till: a body that hangs is not sold to for ever. */
const MAX_BATCHES = 10_000;
const MAX_SEED = 2 ** 31;

export interface SteadySalesOptions {
  readonly tills: readonly string[];
  /** Asked before each sale. Undefined: nobody can sell at the moment. */
  readonly seller: () => TillChild | undefined;
  readonly random: SeededRandom;
  /** Between two transactions at one till, about. */
  readonly pauseMs: number;
}

/** Tills that sell on and on, whatever happens around them. */
export class SteadySales {
  readonly #options: SteadySalesOptions;
  readonly #failures: string[] = [];
  #sold = 0;
  #ended = false;

  private constructor(options: SteadySalesOptions) {
    this.#options = options;
  }

  /** While `body` runs. Then nothing new is begun, and what was begun is waited for. */
  static async during(options: SteadySalesOptions, body: () => Promise<void>): Promise<SteadySales> {
    const sales = new SteadySales(options);
    const { tills, random } = options;
    // Each till has chances of its own, so that they do not depend on which of them is faster.
    const seeds = tills.map(() => random.integer(0, MAX_SEED));
    const selling = Promise.all(tills.map((till, index) => sales.#sell(till, new SeededRandom(seeds[index] ?? 0))));
    try {
      await body();
    } finally {
      sales.#ended = true;
      await selling;
    }
    return sales;
  }

  /** Sales that their seller believes to have made. */
  get sold(): number {
    return this.#sold;
  }

  /** The batches that their seller believes to have failed; what was committed is in the database alone. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  async #sell(till: string, random: SeededRandom): Promise<void> {
    const { seller, pauseMs } = this.#options;
    let number = 0;
    for (let count = 0; count < MAX_BATCHES && !this.#ended; count += 1) {
      const child = seller();
      if (child !== undefined) {
        const numbers = Array.from({ length: random.integer(1, MAX_SALES_AT_ONCE) }, () => (number += 1));
        await child.sell(till, numbers).then(
          () => (this.#sold += numbers.length),
          (error: unknown) => this.#failures.push(`${numbers.length} sales of ${till}: ${String(error)}`),
        );
      }
      await pause(random.integer(Math.round(pauseMs / SPREAD), pauseMs * SPREAD));
    }
  }
}
