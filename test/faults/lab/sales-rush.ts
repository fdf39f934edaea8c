import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from './seed.ts';
import type { TillChild } from './till-child.ts';

const TILLS = 40;
const MAX_SALES_AT_ONCE = 20;

export interface RushOptions {
  /** Hosts the tills. */
  readonly child: TillChild;
  readonly random: SeededRandom;
  readonly sales: number;
  /** How long it takes until the last of them is begun. */
  readonly overMs: number;
  /** How the tills are called, followed by a number; each rush of a lab needs tills of its own. */
  readonly at?: string;
}

interface Batch {
  readonly atMs: number;
  readonly till: string;
  readonly numbers: readonly number[];
}

/** Many tills that sell at the same time, one sale or several in a transaction, sizes and moments by chance. */
export class SalesRush {
  /** Resolves when every sale has been answered, one way or the other. */
  readonly over: Promise<void>;
  readonly #failures: string[] = [];

  constructor({ child, ...options }: RushOptions) {
    this.over = Promise.all(
      planned(options).map(async ({ atMs, till, numbers }) => {
        await pause(atMs);
        await child.sell(till, numbers).catch((error: unknown) => {
          this.#failures.push(`${numbers.length} sales of ${till}: ${String(error)}`);
        });
      }),
    ).then(() => undefined);
  }

  /** The batches that their seller believes to have failed; what was committed is in the database alone. */
  get failures(): readonly string[] {
    return this.#failures;
  }
}

function planned({ random, sales, overMs, at = 'till' }: Omit<RushOptions, 'child'>): Batch[] {
  const batches: Batch[] = [];
  const last = new Map<string, number>();
  for (let left = sales; left > 0;) {
    const size = Math.min(left, random.integer(1, MAX_SALES_AT_ONCE));
    const till = `${at} ${random.integer(1, TILLS)}`;
    const before = last.get(till) ?? 0;
    last.set(till, before + size);
    const numbers = Array.from({ length: size }, (_, index) => before + index + 1);
    batches.push({ atMs: random.integer(0, overMs), till, numbers });
    left -= size;
  }
  return batches;
}
