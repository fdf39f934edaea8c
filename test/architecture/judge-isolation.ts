import type pg from 'pg';

/** Where a module's data lives, and as whom it logs in. */
export interface Owner {
  readonly name: string;
  readonly schema: string;
  readonly role: string;
  readonly ownerRole: string;
}

const ON_SCHEMAS = `
  select o.role as role, s.schema as object, p.privilege as privilege
  from owners o join owners s on s.role <> o.role cross join unnest(array['USAGE', 'CREATE']) as p(privilege)
  where has_schema_privilege(o.role, s.schema, p.privilege)`;

/** Tables, views and whatever else can be read like one. TRUNCATE and TRIGGER are ways to write too. */
const ON_TABLES = `
  select o.role, s.schema || '.' || c.relname as object, p.privilege
  from owners o join owners s on s.role <> o.role
  join pg_class c on c.relnamespace = to_regnamespace(s.schema) and c.relkind in ('r', 'p', 'v', 'm', 'f')
  cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p(privilege)
  where has_table_privilege(o.role, c.oid, p.privilege)
     or (p.privilege in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(o.role, c.oid, p.privilege))`;

const ON_SEQUENCES = `
  select o.role, s.schema || '.' || c.relname as object, p.privilege
  from owners o join owners s on s.role <> o.role
  join pg_class c on c.relnamespace = to_regnamespace(s.schema) and c.relkind = 'S'
  cross join unnest(array['USAGE', 'SELECT', 'UPDATE']) as p(privilege)
  where has_sequence_privilege(o.role, c.oid, p.privilege)`;

/** Whoever may act as another role may do all that it may. */
const ON_ROLES = `
  select o.role, r.rolname as object, 'MEMBER' as privilege
  from owners o join pg_roles r on r.rolname <> o.role where pg_has_role(o.role, r.oid, 'MEMBER')`;

const ON_EVERYTHING = `
  select o.role, 'everything' as object,
         concat_ws(' ', case when r.rolsuper then 'SUPERUSER' end, case when r.rolcreaterole then 'CREATEROLE' end,
                   case when r.rolcreatedb then 'CREATEDB' end, case when r.rolbypassrls then 'BYPASSRLS' end) as privilege
  from owners o join pg_roles r on r.rolname = o.role
  where r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls
  union all
  select o.role, 'public', 'CREATE' from owners o where has_schema_privilege(o.role, 'public', 'CREATE')
  union all
  select o.role, 'the database', 'CREATE' from owners o where has_database_privilege(o.role, current_database(), 'CREATE')`;

/** No key, view or rule of one module may hang on another's table: that would be a wall with a door in it. */
const ACROSS = `
  select f.conname as role, f.conrelid::regclass || ' to ' || f.confrelid::regclass as object, 'FOREIGN KEY' as privilege
  from pg_constraint f join pg_class a on a.oid = f.conrelid join pg_class b on b.oid = f.confrelid
  where f.contype = 'f' and a.relnamespace <> b.relnamespace
  union all
  select distinct v.relname, v.oid::regclass || ' on ' || t.oid::regclass, 'VIEW'
  from pg_rewrite w join pg_class v on v.oid = w.ev_class
  join pg_depend d on d.objid = w.oid and d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
  join pg_class t on t.oid = d.refobjid
  join owners a on to_regnamespace(a.schema) = v.relnamespace join owners b on to_regnamespace(b.schema) = t.relnamespace
  where a.schema <> b.schema`;

/** A sentence for every right that a module's role has beyond its own schema. */
export async function judgeIsolation(client: pg.Client, owners: readonly Owner[]): Promise<string[]> {
  const faults: string[] = [];
  for (const question of [ON_SCHEMAS, ON_TABLES, ON_SEQUENCES, ON_ROLES, ON_EVERYTHING, ACROSS]) {
    const { rows } = await client.query<{ role: string; object: string; privilege: string }>(
      `with owners as materialized (select * from jsonb_to_recordset($1::jsonb) as o(schema text, role text)) ${question}`,
      [JSON.stringify(owners.map(({ schema, role }) => ({ schema, role })))],
    );
    faults.push(...rows.map(({ role, object, privilege }) => `${role} has ${privilege} on ${object}: revoke it.`));
  }
  return faults;
}
