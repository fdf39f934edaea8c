import pg from 'pg';

export interface StatementFigures {
  /** Everything that the server ran, BEGIN and COMMIT included, functions' inner statements not. */
  readonly statements: number;
  /** As pg_stat_database counts them: reads outside a transaction are commits too, and so is each notice that a worker hears. */
  readonly commits: number;
}

/** A connection that has gone idle reports its commits to the server's statistics after ten seconds. */
const STATISTICS_DELAY_MS = 11_000;

/** Counts in the database itself, by pg_stat_statements and pg_stat_database. */
export class StatementCounter {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<StatementCounter> {
    const client = new pg.Client({ connectionString: url, application_name: 'banyan-bench' });
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    // Its transactions would count as ours.
    await client.query('alter system set autovacuum = off');
    await client.query('select pg_reload_conf()');
    return new StatementCounter(client);
  }

  /** What the database does while `work` runs. */
  async during(work: () => Promise<void>): Promise<StatementFigures> {
    await pause();
    const before = await this.#commits();
    await this.#client.query('select pg_stat_statements_reset()');
    await work();
    await pause();
    const { rows } = await this.#client.query<{ calls: number; top: string }>(
      `select coalesce(sum(calls), 0)::float8 as calls from pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database())
         and userid <> (select oid from pg_roles where rolname = current_user)`,
    );
    return { statements: rows[0]?.calls ?? 0, commits: (await this.#commits()) - before };
  }

  /** The statements that ran most since the last `during` began. */
  async top(limit: number): Promise<{ query: string; calls: number }[]> {
    const { rows } = await this.#client.query<{ query: string; calls: number }>(
      `select calls::float8 as calls, regexp_replace(query, '\\s+', ' ', 'g') as query from pg_stat_statements
       where userid <> (select oid from pg_roles where rolname = current_user) order by calls desc limit $1`,
      [limit],
    );
    return rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #commits(): Promise<number> {
    // Each reading is a commit of ours; the difference of two of them counts one too many.
    await this.#client.query('select pg_stat_clear_snapshot()');
    const { rows } = await this.#client.query<{ commits: number }>(
      'select xact_commit::float8 as commits from pg_stat_database where datname = current_database()',
    );
    return rows[0]?.commits ?? 0;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, STATISTICS_DELAY_MS));
}
