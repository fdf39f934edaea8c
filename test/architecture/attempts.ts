import pg from 'pg';
import type { Owner } from './judge-isolation.ts';

/** Where whoever makes attempts may make tables. */
const OWN_SCHEMA = 'schema_of_attempts';

/** What a module has, as the catalogue of its database lists it: quoted, with the schema. */
export interface Things {
  readonly tables: readonly { readonly name: string; readonly column: string; readonly hasKey: boolean }[];
  readonly sequences: readonly string[];
  /** As calls of them, with nothing but null. */
  readonly calls: readonly string[];
}

export async function thingsOf(administrator: pg.Client, { schema, ownerRole, prefix }: Owner): Promise<Things> {
  const ask = async <Row extends object>(sql: string): Promise<Row[]> =>
    (await administrator.query<Row>(sql, [schema, prefix === '' ? null : ownerRole])).rows;
  const isIts = (owner: string, namespace: string): string =>
    `${namespace} = to_regnamespace($1) and ($2::text is null or ${owner} = to_regrole($2))`;
  const nameOf = `format('%I.%I', c.relnamespace::regnamespace::text, c.relname)`;
  const tables = await ask<{ name: string; column: string; hasKey: boolean }>(
    `select ${nameOf} as name,
            (select quote_ident(attname) from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
             order by attnum limit 1) as column,
            exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p') as "hasKey"
     from pg_class c where ${isIts('c.relowner', 'c.relnamespace')} and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
  const sequences = await ask<{ name: string }>(
    `select ${nameOf} as name from pg_class c
     where ${isIts('c.relowner', 'c.relnamespace')} and c.relkind = 'S' order by 1`,
  );
  const calls = await ask<{ call: string }>(
    `select format('%I.%I(%s)', f.pronamespace::regnamespace::text, f.proname,
                   (select string_agg('null::' || format_type(t.type, null), ', ' order by t.nth)
                    from unnest(f.proargtypes) with ordinality as t(type, nth))) as call
     from pg_proc f
     where ${isIts('f.proowner', 'f.pronamespace')} and f.prorettype <> 'trigger'::regtype and f.prokind = 'f' order by 1`,
  );
  return { tables, sequences: sequences.map(({ name }) => name), calls: calls.map(({ call }) => call) };
}

/** Every way to another module's data that a statement can take: reading, writing, making, pointing, counting, calling. */
export function attemptsOn(other: Owner, { tables, sequences, calls }: Things): string[] {
  return [
    `create table ${other.schema}.intruder (id text)`,
    `set role ${other.role}`,
    `set role ${other.ownerRole}`,
    ...tables.flatMap(({ name, column }) => [
      `select from ${name}`,
      `insert into ${name} default values`,
      `update ${name} set ${column} = default`,
      `delete from ${name}`,
      `truncate ${name}`,
      `drop table ${name}`,
      `alter table ${name} add column planted text`,
      `create temporary table copy (like ${name})`,
    ]),
    ...sequences.flatMap((name) => [`select nextval('${name}')`, `select setval('${name}', 1)`]),
    ...calls.map((call) => `select ${call}`),
  ];
}

/** Foreign keys to another module's tables, for whoever may make tables of its own. */
function pointersTo({ tables }: Things): string[] {
  const keyed = tables.filter(({ hasKey }) => hasKey);
  return keyed.map(({ name }) => `create table ${OWN_SCHEMA}.pointer (id text references ${name})`);
}

/** Postgres calls all of them so: no right to the schema, the table, the column, the role, the function. */
const REFUSED = 'insufficient_privilege';

/**
 * Tries every statement in one round trip and undoes each. Rejects with the first that is not refused for want of a
 * right; how many there were is what it resolves to.
 */
export async function tryAll(client: pg.Client, statements: readonly string[]): Promise<number> {
  await client.query(`
    do $attempts$
    declare statement text;
    begin
      foreach statement in array array[${statements.map((each) => pg.escapeLiteral(each)).join(', ')}]::text[] loop
        begin
          execute statement;
          raise exception 'it went through: %', statement;
        exception when ${REFUSED} then null;
        end;
      end loop;
    end $attempts$`);
  return statements.length;
}

/** As the role that owns a module's tables, which nobody logs in as but migrations act as: it may make tables. */
export async function tryAllAsOwner(
  administrator: pg.Client,
  ownerRole: string,
  others: readonly { readonly owner: Owner; readonly things: Things }[],
): Promise<number> {
  await administrator.query('begin');
  try {
    await administrator.query(`create schema ${OWN_SCHEMA} authorization ${ownerRole}`);
    await administrator.query(`set local session authorization ${ownerRole}`);
    return await tryAll(
      administrator,
      others.flatMap(({ owner, things }) => [...attemptsOn(owner, things), ...pointersTo(things)]),
    );
  } finally {
    await administrator.query('rollback');
  }
}
