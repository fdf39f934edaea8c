import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiClient } from './api-client.ts';
import { readProblem, type PlacedOrder } from './api-shapes.ts';
import type { Progress } from './progress.ts';
import { replayLimits } from './replay-limits.ts';
import { RequestFailed } from './request-failed.ts';

export interface ReplayCounts {
  productsImported: number;
  productsThere: number;
  receiptsSent: number;
  ordersPlaced: number;
  ordersThere: number;
  refundsMade: number;
  refundsThere: number;
  creditNotesIssued: number;
  creditNotesThere: number;
}

/** One run: what it talks to, and what has become of each row so far. */
export class ReplayRun {
  readonly counts: ReplayCounts = {
    productsImported: 0,
    productsThere: 0,
    receiptsSent: 0,
    ordersPlaced: 0,
    ordersThere: 0,
    refundsMade: 0,
    refundsThere: 0,
    creditNotesIssued: 0,
    creditNotesThere: 0,
  };
  readonly failures: string[] = [];
  /** By `rowKey`. */
  readonly fates = new Map<string, string>();
  /** Confirmed orders by reference. */
  readonly orders = new Map<string, PlacedOrder>();
  private settlesUntilMs = 0;

  constructor(
    /**
     * A part of every Idempotency-Key. It differs from run to run, so that what exists already is answered as such:
     * with the former run's key the former answer would come back, and look like a second order.
     */
    readonly id: string,
    readonly client: ApiClient,
    readonly progress: Progress,
    readonly concurrency: number,
    readonly signal: AbortSignal,
  ) {}

  /** Inventory and ordering hear of new variants by event: for a while they may not know them. */
  expectSettling(): void {
    this.settlesUntilMs = Date.now() + replayLimits.settlingMs;
  }

  /** Repeats a refused request while new variants may still be on their way; each time with a key of its own. */
  async post(path: string, body: unknown, reference: string): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.client.post(path, body, `replay-${this.id}-${reference}-${attempt}`);
      const mayPass = [404, 409, 422].includes(answer.status) && !isReferenceTaken(answer);
      if (!mayPass || Date.now() >= this.settlesUntilMs) return answer;
      await sleep(replayLimits.pollDelayMs, undefined, { signal: this.signal });
    }
  }

  /** Runs one step: a refused item is noted and the others go on; an interruption or a dead server ends the run. */
  async each<T>(step: string, items: readonly T[], work: (item: T) => Promise<void>, onFailure?: (item: T) => void) {
    this.progress.begin(step, items.length);
    const queue = items.values();
    const fatal: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (const item of queue) {
        if (fatal.length > 0) return;
        try {
          this.signal.throwIfAborted();
          await work(item);
        } catch (error) {
          if (!(error instanceof RequestFailed)) return void fatal.push(error);
          this.failures.push(error.message);
          onFailure?.(item);
        }
        this.progress.tick();
      }
    };
    // Every worker comes to rest before the step ends: what is reported afterwards no longer changes.
    await Promise.all(Array.from({ length: this.concurrency }, worker));
    this.progress.end();
    if (fatal.length > 0) throw fatal[0];
  }
}

export function isReferenceTaken(answer: Answer): boolean {
  return answer.status === 409 && readProblem(answer.body).code === 'ordering.reference_taken';
}
