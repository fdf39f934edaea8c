import { Sequelize } from 'sequelize';
import pg from 'pg';
import type { CallContext } from '../auth/index.ts';
import { SystemFailure } from '../errors/index.ts';
import { backoffMs } from '../values/index.ts';
import { isConnectionFailure, isRetryable } from './database-errors.ts';
import { moduleClient } from './shared-schema-client.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** How often a transaction that Postgres gave up in favour of another (deadlock) is tried, in all. */
const MAX_TRANSACTION_ATTEMPTS = 4;
const RETRY_BASE_MS = 10;
const RETRY_CAP_MS = 200;
const ACQUIRE_TIMEOUT_MS = 15_000;
const IDLE_CONNECTION_MS = 30_000;
/** No statement of ours is meant to run this long; one that does is stopped by the server. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A server that has not said so by then does not answer at all: its connection is given up. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A process that stands still inside a transaction loses it, so that others need not wait for its locks for long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 8_000;

// Sums and sequences stay below 2^53 (see MAX_AMOUNT); as numbers they need no conversion everywhere else.
pg.types.setTypeParser(pg.types.builtins.INT8, (text: string) => Number(text));

/** Stores what a unit of work publishes, inside its transaction. What it returns is called when that has committed. */
export type StoreEvents = (work: UnitOfWork) => Promise<() => void>;

export interface ModuleDatabaseOptions {
  readonly module: string;
  readonly url: string;
  /** With what its tables' names begin in a schema that it shares with others; default: it has a schema to itself. */
  readonly tablePrefix?: string;
  readonly poolSize: number;
  readonly storeEvents: StoreEvents;
  /** How long the server's answer to a statement is waited for; default: longer than it gives a statement. */
  readonly answerTimeoutMs?: number;
}

/** A module's own way to its data: a pool of connections as the module's role, and transactions on them. */
export class ModuleDatabase {
  readonly module: string;
  readonly #options: ModuleDatabaseOptions;
  readonly #sequelize: Sequelize;

  constructor(options: ModuleDatabaseOptions) {
    this.module = options.module;
    this.#options = options;
    this.#sequelize = new Sequelize(options.url, {
      dialect: 'postgres',
      dialectModule: { ...pg, Client: moduleClient(options.tablePrefix ?? '') },
      logging: false,
      dialectOptions: {
        // Leaves the server's setting alone, which saves a statement on each new connection.
        clientMinMessages: 'ignore',
        application_name: `banyan-${options.module}`,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      },
      pool: { max: options.poolSize, min: 0, acquire: ACQUIRE_TIMEOUT_MS, idle: IDLE_CONNECTION_MS },
    });
  }

  /** For queries: every statement stands alone and sees what is committed. */
  reader(context: CallContext): UnitOfWork {
    return new UnitOfWork(this.#sequelize, null, context, 'reader');
  }

  /** For one statement that is a transaction by itself, which saves the two round trips around it. */
  single(context: CallContext): UnitOfWork {
    return new UnitOfWork(this.#sequelize, null, context, 'single');
  }

  /**
   * Runs `body` in one transaction: all of its effects and events, or none. A transaction that lost to another
   * (deadlock, serialisation) is run again from the start, so `body` must have no effects outside its unit of work.
   */
  async transaction<Result>(context: CallContext, body: (work: UnitOfWork) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transactOnce(context, body);
      } catch (error) {
        if (!isRetryable(error) || attempt >= MAX_TRANSACTION_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS)));
      }
    }
  }

  async close(): Promise<void> {
    await this.#sequelize.close();
  }

  async #transactOnce<Result>(context: CallContext, body: (work: UnitOfWork) => Promise<Result>): Promise<Result> {
    const transaction = await this.#sequelize.transaction();
    const work = new UnitOfWork(this.#sequelize, transaction, context, 'transaction');
    let result: Result;
    let onPublished: (() => void) | undefined;
    try {
      result = await body(work);
      if (work.events.length > 0) onPublished = await this.#options.storeEvents(work);
    } catch (error) {
      // What failed is the news; that the connection died with it changes nothing, the server rolls back by itself.
      await transaction.rollback().catch((rollbackError: unknown) => {
        if (!isConnectionFailure(rollbackError)) throw rollbackError;
      });
      throw error;
    }
    try {
      await transaction.commit();
    } catch (error) {
      throw new SystemFailure(`the commit in ${this.module} was not confirmed`, {
        mayHaveHappened: true,
        cause: error,
      });
    }
    onPublished?.();
    return result;
  }
}
