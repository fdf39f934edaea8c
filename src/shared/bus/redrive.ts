import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { seconds } from '../values/index.ts';
import type { Inbox, Kept, Versions } from './inbox.ts';
import { busContext } from './outbox.ts';

const POLL_MS = 500;
/** Retries in a row before the next pause. */
const MAX_RETRIES = 100;
const LEFT_BEHIND_LIMIT = 50;
/** How long a retry is left to the process that began it. Another that comes too early only waits for its locks. */
const LEASE_MS = seconds(8);

/**
 * Brings a module's kept events round again: failed ones when their pause is over, and parked ones that a process
 * which died should have gone on with. Any number of processes may do so: what one has claimed another skips.
 *
 * States: idle (waits for the poll) → driving → idle; stopped.
 */
export class Redrive {
  readonly #database: ModuleDatabase;
  readonly #inbox: Inbox;
  readonly #versions: Versions;
  readonly #logger: Logger;
  readonly #retry: (kept: Kept) => Promise<void>;
  readonly #goOn: (waiting: readonly Kept[]) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #driving: Promise<void> | undefined;
  #stopped = false;

  constructor(options: {
    database: ModuleDatabase;
    inbox: Inbox;
    /** Failed events that are newer, or of other types, are left to other processes. */
    versions: Versions;
    logger: Logger;
    /** Handles a failed event once more. */
    retry: (kept: Kept) => Promise<void>;
    /** Handles parked events whose predecessors are done, and what follows them. */
    goOn: (waiting: readonly Kept[]) => Promise<void>;
  }) {
    this.#database = options.database;
    this.#inbox = options.inbox;
    this.#versions = options.versions;
    this.#logger = options.logger;
    this.#retry = options.retry;
    this.#goOn = options.goOn;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#drive(), POLL_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#driving;
  }

  #drive(): void {
    this.#driving = this.#driveDue()
      .catch((error: unknown) => {
        if (!this.#stopped) this.#logger.warn({ err: error }, 'the redrive will be repeated');
      })
      .finally(() => {
        this.#driving = undefined;
        if (!this.#stopped) this.#timer = setTimeout(() => this.#drive(), POLL_MS);
      });
  }

  async #driveDue(): Promise<void> {
    for (let count = 0; count < MAX_RETRIES && !this.#stopped; count += 1) {
      const kept = await this.#inbox.claimRetry(this.#database.single(busContext()), LEASE_MS, this.#versions);
      if (kept === undefined) break;
      await this.#retry(kept);
    }
    const waiting = await this.#inbox.leftBehind(this.#database.reader(busContext()), LEFT_BEHIND_LIMIT);
    if (!this.#stopped) await this.#goOn(waiting);
  }
}
