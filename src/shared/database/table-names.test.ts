import { describe, expect, it } from '@jest/globals';
import { TableNames } from './table-names.ts';

const names = new TableNames('shop_');
const translated = (sql: string): string => names.inStatement(sql);

describe('a statement among tables of several modules', () => {
  it.each([
    ['select id from orders where id = $1', 'select id from "shop_orders" as orders where id = $1'],
    [
      'select o.id from orders o join carts as c on c.id = o.cart',
      'select o.id from "shop_orders" o join "shop_carts" as c on c.id = o.cart',
    ],
    ['insert into inbox (id) values ($1)', 'insert into "shop_inbox" as inbox (id) values ($1)'],
    ['insert into items as i select 1', 'insert into "shop_items" as i select 1'],
    ['update deliveries set state = 1', 'update "shop_deliveries" as deliveries set state = 1'],
    [
      'delete from old using due where due.id = old.id',
      'delete from "shop_old" as old using "shop_due" as due where due.id = old.id',
    ],
    [
      'SELECT * FROM "orders" AS "orders" WHERE "orders"."id" = 1',
      'SELECT * FROM "shop_orders" AS "orders" WHERE "orders"."id" = 1',
    ],
    ['INSERT INTO "orders" ("id") VALUES ($1)', 'INSERT INTO "shop_orders" as "orders" ("id") VALUES ($1)'],
    [
      'select from made, items i, tags where i.a = tags.b',
      'select from "shop_made" as made, "shop_items" i, "shop_tags" as tags where i.a = tags.b',
    ],
    [
      'insert into x select 1 on conflict on constraint x_once do nothing',
      'insert into "shop_x" as x select 1 on conflict on constraint "shop_x_once" do nothing',
    ],
    [
      'select from a where exists (select from b where b.id = a.id), c',
      'select from "shop_a" as a where exists (select from "shop_b" as b where b.id = a.id), c',
    ],
    ['lock table outbox in share row exclusive mode', 'lock table "shop_outbox" in share row exclusive mode'],
  ])('names the tables of its own: %s', (sql, expected) => {
    expect(translated(sql)).toBe(expected);
  });

  it.each([
    ['its own queries', 'with due as (select 1), lines as materialized (select 2) select from due join lines on true'],
    ['its own recursive query', 'with recursive tree (id, parent) as (select 1, 2) select from tree'],
    ['functions', 'select from unnest($1::text[]) as w(sku), jsonb_to_recordset($2) as e(id text)'],
    ['lateral queries', 'select from unnest($1) w cross join lateral (select 1) as x'],
    [
      'the catalogue, and what has a schema',
      'select from pg_class, other.orders join information_schema.tables t on true',
    ],
    ['a comparison', 'select a is distinct from b, a is not distinct from c'],
    ['parts of a time or text', 'select extract(epoch from created), substring(name from 2), trim(both from name)'],
    ['locks', 'select 1 for update skip locked'],
    ['a word in a string', "select 'taken from orders', e'it\\'s from carts', $$ from orders $$, $1"],
    ['a comment', 'select 1 -- from orders\n /* join carts */'],
    ['columns behind a list of tables', 'select 1 order by orders, carts'],
  ])('leaves %s alone', (_, sql) => {
    expect(translated(sql)).toBe(sql);
  });

  it('says of a table what it said, since the table goes by its own name there', () => {
    const sql = `insert into streams (subject) select subject from sends on conflict (subject)
                 do update set sequence = streams.sequence + excluded.sequence returning streams.sequence`;
    expect(translated(sql)).toBe(
      sql.replace('into streams', 'into "shop_streams" as streams').replace('from sends', 'from "shop_sends" as sends'),
    );
  });

  it('locks the rows of the table that it names', () => {
    expect(translated('select id from inbox, due where true for update of inbox skip locked')).toBe(
      'select id from "shop_inbox" as inbox, "shop_due" as due where true for update of inbox skip locked',
    );
  });

  it('remembers some thousand statements and translates the next one all the same', () => {
    for (let count = 0; count < 5_000; count += 1) translated(`select ${count} from orders`);
    expect(translated('select 1 from orders')).toBe('select 1 from "shop_orders" as orders');
  });
});
