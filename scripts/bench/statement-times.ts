import type pg from 'pg';
import { printFigure } from './print-figure.ts';

const STATEMENTS = 40;
const SHOWN_CHARACTERS = 110;
const MICROSECONDS_OF_MS = 1_000;

interface StatementTime {
  readonly calls: number;
  readonly planMs: number;
  readonly executionMs: number;
  readonly pages: number;
  readonly query: string;
}

/** What the server spent on which statement, by pg_stat_statements. */
export class StatementTimes {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(client: pg.Client): Promise<StatementTimes> {
    await client.query('create extension if not exists pg_stat_statements');
    await client.query('alter system set pg_stat_statements.track_planning = on');
    await client.query('select pg_reload_conf()');
    return new StatementTimes(client);
  }

  async begin(): Promise<void> {
    await this.#client.query('select pg_stat_statements_reset()');
  }

  /** The dearest since `begin`, with what each costs an event and a call. Times hold waits for locks. */
  async print(events: number): Promise<void> {
    const { rows } = await this.#client.query<StatementTime>(
      `select calls::float8 as calls, total_plan_time as "planMs", total_exec_time as "executionMs",
              (shared_blks_hit + shared_blks_read)::float8 as pages,
              regexp_replace(query, '\\s+', ' ', 'g') as query
       from pg_stat_statements
       where userid <> (select oid from pg_roles where rolname = current_user)
       order by total_plan_time + total_exec_time desc limit $1`,
      [STATEMENTS],
    );
    for (const { calls, planMs, executionMs, pages, query } of rows) {
      const per = (total: number): string => (total / calls).toFixed(2);
      const each = `${per(planMs)} ms to plan, ${per(executionMs)} ms to run, ${(pages / calls).toFixed(0)} pages`;
      const perEvent = (((planMs + executionMs) / events) * MICROSECONDS_OF_MS).toFixed(0);
      printFigure(
        `  ${perEvent} µs an event: ${(calls / events).toFixed(3)} × (${each})`,
        query.trim().slice(0, SHOWN_CHARACTERS),
      );
    }
  }
}
