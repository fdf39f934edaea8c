import { SystemFailure } from '../errors/index.ts';

/** Marks kept per period. Beyond this a call is refused rather than a repeat let through. */
const LIMIT = 500_000;

/**
 * Remembers marks for at least `periodMs` and forgets them within twice that, in two sets that take turns, so that
 * nothing has to be searched for what is old. Marks are numbers: a text that is cut out of a request would keep all of it.
 */
export class SeenOnce {
  readonly #periodMs: number;
  #current = new Set<number>();
  #previous = new Set<number>();
  #sinceMs = performance.now();

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** False: it was here before. */
  add(mark: number, nowMs = performance.now()): boolean {
    this.#turn(nowMs);
    if (this.#current.has(mark) || this.#previous.has(mark)) return false;
    if (this.#current.size >= LIMIT) {
      throw new SystemFailure('this process takes no more calls for a moment', { mayHaveHappened: false });
    }
    this.#current.add(mark);
    return true;
  }

  #turn(nowMs: number): void {
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs < this.#periodMs) return;
    this.#previous = elapsedMs < 2 * this.#periodMs ? this.#current : new Set();
    this.#current = new Set();
    this.#sinceMs = nowMs;
  }
}
