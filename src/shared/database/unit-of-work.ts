import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { CallContext } from '../auth/index.ts';
import type { DataOf, EventType } from '../contract/index.ts';
import { invariant } from '../errors/index.ts';
import { ScopedModel, type ModelDefinition } from './scoped-model.ts';

/** An event that a unit of work will publish when it commits. */
export interface PublishedEvent {
  readonly type: EventType;
  readonly data: Record<string, unknown>;
  /** On whose behalf and in which trace it was published. */
  readonly context: CallContext;
}

/** At most this many events from one transaction: they are stored by one statement. */
const MAX_EVENTS = 1_000;

/** What a unit of work may do: all of it in one transaction, single statements that each commit, or reads alone. */
export type UnitKind = 'transaction' | 'single' | 'reader';

/**
 * The only way to a module's data. It is handed from method to method, so that whoever can write can see the
 * transaction.
 *
 * States: open (statements run, events gather) → committed or rolled back by the ModuleDatabase that made it.
 * A unit without a transaction has no such end: each of its statements stands alone and commits by itself.
 */
export class UnitOfWork {
  readonly context: CallContext;
  readonly events: PublishedEvent[];
  readonly #sequelize: Sequelize;
  readonly #transaction: Transaction | null;
  readonly #kind: UnitKind;

  constructor(
    sequelize: Sequelize,
    transaction: Transaction | null,
    context: CallContext,
    kind: UnitKind,
    events: PublishedEvent[] = [],
  ) {
    this.events = events;
    this.#sequelize = sequelize;
    this.#transaction = transaction;
    this.#kind = kind;
    this.context = context;
  }

  /** All rows that a statement returns; `$1`, `$2` … stand for the values. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#sequelize.query<Row>(sql, {
      bind: [...values],
      type: QueryTypes.SELECT,
      transaction: this.#transaction,
    });
  }

  /** The only row that a statement returns, if any. */
  async row<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    const rows = await this.rows<Row>(sql, values);
    invariant(rows.length <= 1, `one row expected, ${rows.length} came from: ${sql}`);
    return rows[0];
  }

  /** How many rows a statement changed. */
  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    invariant(this.#kind !== 'reader', 'a unit of work that only reads was asked to write');
    // Of Sequelize's kinds of query this is the one whose result is the number of rows, whatever the statement.
    const changed: unknown = await this.#sequelize.query(sql, {
      bind: [...values],
      type: QueryTypes.BULKDELETE,
      transaction: this.#transaction,
    });
    return changed as number;
  }

  /** The same unit of work, in the name of another call: what it publishes belongs to that call's trace. */
  within(context: CallContext): UnitOfWork {
    return new UnitOfWork(this.#sequelize, this.#transaction, context, this.#kind, this.events);
  }

  /** A Sequelize model whose every statement belongs to this unit of work. */
  model<Row extends object>(definition: ModelDefinition<Row>): ScopedModel<Row> {
    return new ScopedModel(definition, this.#sequelize, this.#transaction);
  }

  /** Makes a fact known: stored with the transaction, delivered to each subscriber after it has committed. */
  publish<Type extends EventType>(type: Type, data: DataOf<Type>): void {
    invariant(this.#kind === 'transaction', 'what is published belongs into a transaction');
    invariant(this.events.length < MAX_EVENTS, `one transaction publishes at most ${MAX_EVENTS} events`);
    this.events.push({ type, data: type.data.parse(data), context: this.context });
  }
}
