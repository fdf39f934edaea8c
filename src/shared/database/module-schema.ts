import pg from 'pg';
import { againIfChangedMeanwhile } from './changed-meanwhile.ts';
import { SHARED_SCHEMA, type DatabaseLayout } from './database-layout.ts';
import { TableNames } from './table-names.ts';

/** Postgres cuts longer names off, without a word. */
const MAX_NAME_LENGTH = 63;
const DEADLOCK_DETECTED = '40P01';
const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01';

const identifier = (name: string): string => pg.escapeIdentifier(name);

/**
 * Runs statements that make or change a module's tables, in one transaction, as the owner of these tables, in a schema
 * where they have their own names and nothing else is.
 *
 * Where the module has a schema, that is it. Where it shares one, the tables move: at the beginning of the transaction
 * out of the shared schema into one that is made for it, at its end back, under names with the module's prefix. Nobody
 * ever sees them there. So the same migrations do at each level, and Postgres itself renames what hangs on a table.
 */
export async function inModuleSchema(
  client: pg.Client,
  layout: DatabaseLayout,
  module: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const shares = layout.tablePrefix(module) !== '';
  const schema = shares ? `${SHARED_SCHEMA}_${module}_in_transaction` : layout.schema(module);
  const owner = layout.ownerRole(module);
  const tables = new Tables(client, { owner, schema, names: new TableNames(layout.tablePrefix(module)) });
  const transaction = async (): Promise<void> => {
    await client.query('begin');
    try {
      if (shares) await tables.moveOut();
      await client.query(`set local role ${identifier(owner)}`);
      await client.query(`set local search_path = ${identifier(schema)}`);
      await work();
      await client.query('set local role none');
      if (shares) await tables.moveBack();
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  };
  // To move a table is to wait for all who use it, some of whom may wait for us.
  await againIfChangedMeanwhile(transaction, shares ? [DEADLOCK_DETECTED] : []);
}

interface Relation {
  readonly name: string;
  /** Moves by itself, and does not follow a table that it belongs to. */
  readonly moves: boolean;
}

/** A module's tables and what hangs on them, between the shared schema and that of one transaction. */
class Tables {
  readonly #client: pg.Client;
  readonly #owner: string;
  readonly #schema: string;
  readonly #names: TableNames;

  constructor(client: pg.Client, { owner, schema, names }: { owner: string; schema: string; names: TableNames }) {
    this.#client = client;
    this.#owner = owner;
    this.#schema = schema;
    this.#names = names;
  }

  async moveOut(): Promise<void> {
    await this.#client.query(`create schema ${identifier(this.#schema)} authorization ${identifier(this.#owner)}`);
    const relations = await this.#relationsIn(SHARED_SCHEMA);
    await this.#run(
      relations.filter(({ moves }) => moves).map(({ name }) => moveTable(SHARED_SCHEMA, name, this.#schema)),
      relations.map(({ name }) => renameRelation(this.#schema, name, this.#names.without(name))),
    );
  }

  /** Fails where something else has been made: what a statement names where no table can stand keeps its name. */
  async moveBack(): Promise<void> {
    const relations = await this.#relationsIn(this.#schema);
    const tooLong = relations.map(({ name }) => this.#names.of(name)).filter((name) => name.length > MAX_NAME_LENGTH);
    if (tooLong.length > 0) throw new Error(`longer than ${MAX_NAME_LENGTH} characters: ${tooLong.join(', ')}`);
    await this.#run(
      relations.map(({ name }) => renameRelation(this.#schema, name, this.#names.of(name))),
      relations
        .filter(({ moves }) => moves)
        .map(({ name }) => moveTable(this.#schema, this.#names.of(name), SHARED_SCHEMA)),
    );
    try {
      await this.#client.query(`drop schema ${identifier(this.#schema)}`);
    } catch (error) {
      const { code, detail } = error as { code?: string; detail?: string };
      if (code !== DEPENDENT_OBJECTS_STILL_EXIST) throw error;
      throw new Error(
        `a migration may make tables, views, indexes and sequences, and nothing else, so that it does at each level of DATA_ISOLATION: ${detail ?? ''}`,
        { cause: error },
      );
    }
  }

  /** Tables, views, sequences and indexes of this module. Indexes and a column's own sequence follow their table. */
  async #relationsIn(schema: string): Promise<Relation[]> {
    const { rows } = await this.#client.query<Relation>(
      `select c.relname as name,
              c.relkind not in ('i', 'I') and not exists (
                select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                  and c.relkind = 'S' and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')) as moves
       from pg_class c
       where c.relnamespace = to_regnamespace($1) and c.relowner = to_regrole($2)
         and c.relkind in ('r', 'p', 'v', 'm', 'S', 'i', 'I')
       order by c.relname`,
      [identifier(schema), identifier(this.#owner)],
    );
    return rows;
  }

  async #run(...statements: readonly (readonly string[])[]): Promise<void> {
    const all = statements.flat();
    if (all.length > 0) await this.#client.query(all.join('; '));
  }
}

function moveTable(from: string, name: string, to: string): string {
  return `alter table ${identifier(from)}.${identifier(name)} set schema ${identifier(to)}`;
}

function renameRelation(schema: string, name: string, to: string): string {
  return `alter table ${identifier(schema)}.${identifier(name)} rename to ${identifier(to)}`;
}
