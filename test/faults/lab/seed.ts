import { randomInt } from 'node:crypto';

const SEED_LIMIT = 2 ** 32;

/** Chance that can be repeated: the same seed gives the same choices. The algorithm is mulberry32, by Tommy Ettinger. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number, both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#fraction() * (max - min + 1));
  }

  pick<Item>(list: readonly Item[]): Item {
    if (list.length === 0) throw new Error('nothing can be picked from an empty list');
    return list[this.integer(0, list.length - 1)] as Item;
  }

  /** A copy in another order (Fisher and Yates). */
  shuffle<Item>(list: readonly Item[]): Item[] {
    const shuffled = [...list];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
    }
    return shuffled;
  }

  /** True with probability `p`, from 0 to 1. */
  chance(p: number): boolean {
    return this.#fraction() < p;
  }

  /** From 0 to 1, without 1. */
  #fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / SEED_LIMIT;
  }
}

/** Runs `body` with a seed of chance, or with FAULT_SEED where that is set. What fails says how to repeat it. */
export async function withSeed(name: string, body: (random: SeededRandom) => Promise<void>): Promise<void> {
  const seed = readSeed(process.env['FAULT_SEED']) ?? randomInt(SEED_LIMIT);
  try {
    await body(new SeededRandom(seed));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: ${message} (repeat with FAULT_SEED=${seed})`, { cause: error });
  }
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed < SEED_LIMIT) return seed;
  throw new Error(`FAULT_SEED must be a whole number from 0 to ${SEED_LIMIT - 1}, not ${text}`);
}
