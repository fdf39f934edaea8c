import type { IsolationLevel } from '../../src/shared/config/index.ts';
import { SHARED_SCHEMA } from '../../src/shared/database/index.ts';
import { TEST_ROLE_PREFIX } from '../../src/shared/testing/index.ts';

/** What would open a wall, in the database of inventory, and what has to be said of it. */
export interface Plant {
  readonly statement: string;
  readonly fault: RegExp;
}

const catalog = `${TEST_ROLE_PREFIX}_catalog`;
const inventory = `${TEST_ROLE_PREFIX}_inventory`;

export function plantsAt(isolation: IsolationLevel): Plant[] {
  const schema = isolation === 'tables' ? SHARED_SCHEMA : 'inventory';
  const nameOf = (module: string, table: string): string =>
    isolation === 'tables' ? `${SHARED_SCHEMA}.${module}_${table}` : `${module}.${table}`;
  const stock = nameOf('inventory', 'stock_items');
  const plants: [string, string][] = [
    [`grant select on ${stock} to ${catalog}`, `catalog has SELECT on ${stock}`],
    [`grant references on ${stock} to ${catalog}`, `catalog has REFERENCES on ${stock}`],
    [`grant references on ${stock} to ${catalog}_owner`, `catalog_owner has REFERENCES on ${stock}`],
    [`grant update (sku) on ${stock} to ${catalog}`, `catalog has UPDATE on ${stock}`],
    [`grant truncate on ${stock} to public`, `bus has TRUNCATE on ${stock}`],
    [
      `grant usage on sequence ${nameOf('inventory', 'ledger_entries_id_seq')} to ${catalog}`,
      `catalog has USAGE on ${nameOf('inventory', 'ledger_entries_id_seq')}`,
    ],
    [`grant ${inventory} to ${catalog}`, `catalog has MEMBER on ${inventory}`],
    [`grant ${inventory}_owner to ${catalog}`, `catalog has MEMBER on ${inventory}_owner`],
    [`grant pg_read_all_data to ${catalog}`, 'catalog has MEMBER on pg_read_all_data'],
    [`grant create on schema public to ${catalog}`, 'catalog has CREATE on public'],
    [`alter role ${catalog} createrole`, 'catalog has CREATEROLE on everything'],
    [
      `alter default privileges for role ${inventory}_owner grant select on tables to ${catalog}`,
      `catalog has SELECT on what ${inventory}_owner will make`,
    ],
    [
      `alter default privileges for role ${inventory}_owner in schema ${schema} grant update on sequences to public`,
      `public has UPDATE on what ${inventory}_owner will make`,
    ],
    [
      `create function public.peek() returns bigint security definer language sql as 'select count(*) from ${stock}'`,
      'catalog has EXECUTE on peek',
    ],
    [`create view public.planted as select * from ${stock}`, `nobody has VIEW on planted to ${stock}`],
    [`create table public.planted () inherits (${stock})`, `nobody has CHILD on planted to ${stock}`],
    ...(isolation === 'server' ? onItsDatabase() : amongOthers(nameOf, schema)),
  ];
  return plants.map(([statement, fault]) => ({ statement, fault: new RegExp(fault.replaceAll('.', '\\.')) }));
}

function onItsDatabase(): [string, string][] {
  return [
    [
      `do $$ begin execute format('grant connect on database %I to ${catalog}', current_database()); end $$`,
      'catalog has CONNECT on the database of inventory',
    ],
    [
      `do $$ begin execute format('grant connect on database %I to public', current_database()); end $$`,
      'ordering has CONNECT on the database of inventory',
    ],
    [`grant usage on schema inventory to ${catalog}`, 'catalog has USAGE on inventory'],
  ];
}

/** Where other modules are in the same database. */
function amongOthers(nameOf: (module: string, table: string) => string, schema: string): [string, string][] {
  const [locations, shipments] = [nameOf('inventory', 'locations'), nameOf('fulfilment', 'shipments')];
  const ofFulfilment = nameOf('fulfilment', 'planted');
  return [
    [`grant create on schema ${schema} to ${catalog}`, `catalog has CREATE on ${schema}`],
    [
      `alter table ${shipments} add column planted text references ${locations} (code)`,
      `fulfilment has FOREIGN KEY on ${shipments} to ${locations}`,
    ],
    [
      `create view ${ofFulfilment} as select * from ${locations}; alter view ${ofFulfilment} owner to ${TEST_ROLE_PREFIX}_fulfilment_owner`,
      `fulfilment has VIEW on ${ofFulfilment} to ${locations}`,
    ],
    [
      `alter table ${shipments} add column planted bigint default nextval('${nameOf('ordering', 'order_numbers')}')`,
      `fulfilment has DEFAULT on ${shipments} to ${nameOf('ordering', 'order_numbers')}`,
    ],
    ...(schema === SHARED_SCHEMA
      ? ([
          [`create table ${schema}.planted (id text)`, `nobody has A WRONG PLACE on ${schema}.planted`],
          [
            `alter table ${locations} rename to catalog_locations`,
            `inventory has A WRONG PLACE on ${schema}.catalog_locations`,
          ],
        ] satisfies [string, string][])
      : ([[`grant usage on schema ${schema} to ${catalog}`, `catalog has USAGE on ${schema}`]] satisfies [
          string,
          string,
        ][])),
  ];
}
