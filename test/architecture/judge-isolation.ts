import type pg from 'pg';
import { BUS, SHARED_SCHEMA, type DatabaseLayout } from '../../src/shared/database/index.ts';

/** A module, or the bus: where its data lies, as whom it logs in, and who owns its tables. */
export interface Owner {
  readonly name: string;
  readonly role: string;
  readonly ownerRole: string;
  readonly schema: string;
  /** With what the names of its tables begin where it shares the schema; else empty. */
  readonly prefix: string;
}

export function ownersIn(layout: DatabaseLayout, modules: readonly string[]): Owner[] {
  return [...modules, BUS].map((name) => ({
    name,
    role: layout.role(name),
    ownerRole: layout.ownerRole(name),
    schema: layout.schema(name),
    prefix: layout.tablePrefix(name),
  }));
}

/**
 * `owners` are the modules, `principals` the two roles of each that are on this server, `things` what each module has in
 * this database: everything in a schema of its own, and whatever its owner role has made anywhere.
 */
const KNOWN = `
  with owners as materialized (
    select * from jsonb_to_recordset($1::jsonb) as o(name text, role text, "ownerRole" text, schema text, prefix text)
  ),
  principals as materialized (
    select o.name, r.rolname as role from owners o join pg_roles r on r.rolname in (o.role, o."ownerRole")
  ),
  things as materialized (
    select o.name, c.oid, c.relkind, c.relname, o.prefix, c.oid::regclass::text as object
    from owners o join pg_class c
      on c.relowner = to_regrole(o."ownerRole") or o.prefix = '' and c.relnamespace = to_regnamespace(o.schema)
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
  )`;

const ON_SCHEMAS = `
  select p.role, r."right", o.schema as object
  from principals p join owners o on o.name <> p.name and o.prefix = '' and to_regnamespace(o.schema) is not null
  cross join unnest(array['USAGE', 'CREATE']) as r("right")
  where has_schema_privilege(p.role, o.schema, r."right")
  union all
  select p.role, 'CREATE', n.nspname from principals p join pg_namespace n on n.nspname in ('public', $2)
  where has_schema_privilege(p.role, n.oid, 'CREATE')`;

/** Tables, views and whatever else can be read like one. TRUNCATE and TRIGGER are ways to write too. */
const ON_TABLES = `
  select p.role, r."right", t.object
  from principals p join things t on t.name <> p.name and t.relkind in ('r', 'p', 'v', 'm', 'f')
  cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as r("right")
  where has_table_privilege(p.role, t.oid, r."right")
     or (r."right" in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(p.role, t.oid, r."right"))`;

const ON_SEQUENCES = `
  select p.role, r."right", t.object from principals p join things t on t.name <> p.name and t.relkind = 'S'
  cross join unnest(array['USAGE', 'SELECT', 'UPDATE']) as r("right")
  where has_sequence_privilege(p.role, t.oid, r."right")`;

/** Functions of others, and any that acts with the rights of whoever made it. */
const ON_FUNCTIONS = `
  select p.role, 'EXECUTE' as "right", f.oid::regprocedure::text as object
  from pg_proc f join pg_namespace n on n.oid = f.pronamespace
  left join owners o on f.proowner = to_regrole(o."ownerRole") or o.prefix = '' and n.oid = to_regnamespace(o.schema)
  join principals p on o.name is distinct from p.name
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and (o.name is not null or f.prosecdef)
    and has_schema_privilege(p.role, n.oid, 'USAGE') and has_function_privilege(p.role, f.oid, 'EXECUTE')`;

/** Whoever may act as another role may do all that it may. */
const ON_ROLES = `
  select p.role, 'MEMBER' as "right", r.rolname::text as object
  from principals p join pg_roles r on r.rolname <> p.role where pg_has_role(p.role, r.oid, 'MEMBER')`;

const ON_EVERYTHING = `
  select p.role, concat_ws(' ', case when r.rolsuper then 'SUPERUSER' end, case when r.rolcreaterole then 'CREATEROLE' end,
                   case when r.rolcreatedb then 'CREATEDB' end, case when r.rolbypassrls then 'BYPASSRLS' end) as "right",
         'everything' as object
  from principals p join pg_roles r on r.rolname = p.role
  where r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls
  union all
  select p.role, 'CREATE', 'the database' from principals p
  where has_database_privilege(p.role, current_database(), 'CREATE')`;

/** What others will be given of the tables that are yet to be made. */
const IN_FUTURE = `
  select coalesce(g.rolname, 'public') as role, a.privilege_type as "right",
         'what ' || d.defaclrole::regrole::text || ' will make' as object
  from pg_default_acl d cross join aclexplode(d.defaclacl) a
  left join pg_roles g on g.oid = a.grantee
  left join principals p on p.role = g.rolname
  left join owners o on d.defaclrole = to_regrole(o."ownerRole")
  where (p.name is not null and p.name is distinct from o.name)
     or (a.grantee = 0 and o.name is not null and d.defaclobjtype in ('r', 'S'))`;

/** No key, view, default, trigger or child of one module's table may hang on another's: a wall with a door in it. */
const ACROSS = `
  with hanging as (
    select 'FOREIGN KEY' as "right", conrelid as a, confrelid as b from pg_constraint where contype = 'f'
    union all
    select 'VIEW', w.ev_class, d.refobjid from pg_rewrite w
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
    union all
    select 'DEFAULT', x.adrelid, d.refobjid from pg_attrdef x
    join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = x.oid and d.refclassid = 'pg_class'::regclass
    union all
    select 'CHILD', inhrelid, inhparent from pg_inherits
  )
  select distinct coalesce(a.name, 'nobody') as role, h."right", h.a::regclass || ' to ' || b.object as object
  from hanging h join things b on b.oid = h.b left join things a on a.oid = h.a
  where a.name is distinct from b.name
  union all
  select a.name, 'TRIGGER of a stranger', a.object from pg_trigger t join things a on a.oid = t.tgrelid
  join pg_proc f on f.oid = t.tgfoid join pg_namespace n on n.oid = f.pronamespace join owners o on o.name = a.name
  where not t.tgisinternal and f.proowner <> to_regrole(o."ownerRole") and n.nspname <> o.schema`;

/** In the shared schema everything is somebody's, and is called by its name. */
const STRAY = `
  select coalesce(t.name, 'nobody') as role, 'A WRONG PLACE' as "right", c.oid::regclass::text as object
  from pg_class c left join things t on t.oid = c.oid
  where c.relnamespace = to_regnamespace($2) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
    and (t.name is null or not starts_with(c.relname, t.prefix))`;

/** Where a database is one module's alone. */
const ON_DATABASE = `
  select p.role, 'CONNECT' as "right", 'the database of ' || $3 as object from principals p
  where p.name <> $3 and has_database_privilege(p.role, current_database(), 'CONNECT')`;

const QUESTIONS = [
  ON_SCHEMAS,
  ON_TABLES,
  ON_SEQUENCES,
  ON_FUNCTIONS,
  ON_ROLES,
  ON_EVERYTHING,
  IN_FUTURE,
  ACROSS,
  STRAY,
];

/**
 * A sentence for every right that a module has in this database beyond its own data. `alone`: the module whose database
 * this is, where each has its own.
 */
export async function judgeIsolation(client: pg.Client, owners: readonly Owner[], alone?: string): Promise<string[]> {
  const faults: string[] = [];
  const questions = alone === undefined ? QUESTIONS : [...QUESTIONS, ON_DATABASE];
  for (const question of questions) {
    // What a question does not ask for is named all the same, since each has the same parameters.
    const { rows } = await client.query<{ role: string; right: string; object: string }>(
      `${KNOWN}, asked as (${question})
       select role, "right", object from asked where $2::text is not null and $3::text is not null`,
      [JSON.stringify(owners), SHARED_SCHEMA, alone ?? ''],
    );
    faults.push(...rows.map(({ role, right, object }) => `${role} has ${right} on ${object}: revoke it.`));
  }
  return faults;
}
