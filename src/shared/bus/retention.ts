import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { minutes, seconds } from '../values/index.ts';
import { busContext } from './outbox.ts';

/** Rows removed by one statement, and statements in a row before the other modules get their turn. */
const BATCH_ROWS = 1_000;
const MAX_BATCHES = 200;
const ROUND_MS = minutes(10);
/** Not all modules of all processes at the same moment. */
const FIRST_ROUND_MS = seconds(30);

/**
 * An inbox row must outlive every copy of its event that may still come: one can be opened again as long as the
 * outbox retains it, and may then be retried for as long as an operator leaves it.
 */
const INBOX_MARGIN_DAYS = 7;

export interface RetentionLimits {
  readonly eventDays: number;
  readonly idempotencyDays: number;
  readonly sagaDays: number;
}

/** $1 days, $2 rows. Each removes what is over and done with; what is open stays, however old. */
const PRUNE = {
  events: `
    with old as (
      select id from outbox o
      where o.time < now() - $1 * interval '1 day'
        and not exists (select from deliveries d where d.event_id = o.id and d.state <> 'acknowledged')
      order by o.time limit $2 for update skip locked
    ),
    arrived as (delete from deliveries d using old where d.event_id = old.id)
    delete from outbox o using old where o.id = old.id`,
  inbox: `
    with old as (
      select event_id from inbox
      where received_at < now() - $1 * interval '1 day' and status in ('done', 'discarded')
      order by received_at limit $2 for update skip locked
    )
    delete from inbox i using old where i.event_id = old.event_id`,
  keys: `
    with old as (
      select scope, key from idempotency_keys k
      where k.created_at < now() - $1 * interval '1 day'
        and not exists (select from sagas s where s.id = k.saga_id and s.status not in ('completed', 'failed'))
      order by k.created_at limit $2 for update skip locked
    )
    delete from idempotency_keys k using old where k.scope = old.scope and k.key = old.key`,
  sagas: `
    with old as (
      select id from sagas s
      where s.created_at < now() - $1 * interval '1 day' and s.status in ('completed', 'failed')
        and not exists (select from idempotency_keys k where k.saga_id = s.id)
      order by s.created_at limit $2 for update skip locked
    )
    delete from sagas s using old where s.id = old.id`,
} as const;

/** Removes what one module no longer needs: bounded batches, any number of processes, nothing that is still open. */
export class Retention {
  readonly #database: ModuleDatabase;
  readonly #limits: RetentionLimits;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #pruning: Promise<void> | undefined;
  #stopped = false;

  constructor(database: ModuleDatabase, limits: RetentionLimits, logger: Logger) {
    this.#database = database;
    this.#limits = limits;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#round(), FIRST_ROUND_MS * (1 + Math.random()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#pruning;
  }

  /** One round over all that is kept. Returns how many rows went, by what they were. */
  async prune(): Promise<Record<keyof typeof PRUNE, number>> {
    const { eventDays, idempotencyDays, sagaDays } = this.#limits;
    return {
      events: await this.#remove(PRUNE.events, eventDays),
      inbox: await this.#remove(PRUNE.inbox, eventDays + INBOX_MARGIN_DAYS),
      keys: await this.#remove(PRUNE.keys, idempotencyDays),
      sagas: await this.#remove(PRUNE.sagas, sagaDays),
    };
  }

  async #remove(statement: string, days: number): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < MAX_BATCHES && !this.#stopped; batch += 1) {
      const removed = await this.#database.single(busContext()).run(statement, [days, BATCH_ROWS]);
      total += removed;
      if (removed < BATCH_ROWS) break;
    }
    return total;
  }

  #round(): void {
    this.#pruning = this.prune()
      .then((removed) => {
        if (Object.values(removed).some((rows) => rows > 0)) this.#logger.info(removed, 'old rows were removed');
      })
      .catch((error: unknown) => {
        if (!this.#stopped) this.#logger.warn({ err: error }, 'the removal of old rows will be repeated');
      })
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.#round(), ROUND_MS);
      });
  }
}
