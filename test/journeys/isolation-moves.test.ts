import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { IsolationLevel } from '../../src/shared/config/index.ts';
import { migrate } from '../../src/shared/database/index.ts';
import { createTestDatabase, rowsAmongTables, testPlace, type TestDatabase } from '../../src/shared/testing/index.ts';
import { present } from '../../src/shared/errors/index.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** They have all kinds of things between them: keys to one another, sequences of a column's own and of no column. */
const MODULES = ['inventory', 'ordering'];
/** As the guide has it: from schemas to tables first, and then back. */
const STATEMENTS = [
  ...readFileSync(join(ROOT, 'docs/guides/extract-a-module.md'), 'utf8').matchAll(/```sql\n([^]*?)```/g),
];

describe('the guide’s way between schemas and tables', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ isolation: 'schema', empty: true });
    await startAt('schema');
  });
  afterAll(() => database.drop());

  const layoutAt = (isolation: IsolationLevel) => testPlace(database.url, isolation).layout;

  /** What the start had to do. */
  async function startAt(isolation: IsolationLevel): Promise<string[]> {
    const done: string[] = [];
    const folder = join(ROOT, 'migrations');
    const log = (message: string): number => done.push(message);
    await migrate({ layout: layoutAt(isolation), modules: MODULES, folder, waitMs: 0, log });
    return done;
  }

  async function move(index: number): Promise<void> {
    const statement = present(STATEMENTS[index]?.[1], 'the guide has a statement for each direction');
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const module of MODULES) await client.query(statement.replace(`'inventory'`, `'${module}'`));
    await client.end();
  }

  async function namesIn(schemas: readonly string[]): Promise<object[]> {
    return await rowsAmongTables(
      layoutAt('schema'),
      'inventory',
      `select c.oid::regclass::text as name, c.relacl::text as rights, c.relowner::regrole::text as owner
       from pg_class c where c.relnamespace::regnamespace::text = any($1) order by 1`,
      [[...schemas]],
    );
  }

  it('takes everything along there and back, as if it had been made there', async () => {
    await rowsAmongTables(layoutAt('schema'), 'inventory', `insert into locations (code) values ('shed')`);
    const before = await namesIn(MODULES);
    await expect(startAt('tables')).rejects.toThrow(/data stands in the schemas inventory, ordering/);

    await move(0);
    expect(await startAt('tables')).toEqual([]);
    const locations = await rowsAmongTables(layoutAt('tables'), 'inventory', 'select code from locations order by 1');
    expect(locations).toEqual([{ code: 'main' }, { code: 'shed' }]);
    const fresh = await createTestDatabase({ isolation: 'tables', empty: true });
    try {
      const folder = join(ROOT, 'migrations');
      await migrate({ layout: fresh.layout, modules: MODULES, folder, waitMs: 0, log: () => undefined });
      const made = await rowsAmongTables(fresh.layout, 'inventory', NAMES_AND_RIGHTS);
      expect(await rowsAmongTables(layoutAt('tables'), 'inventory', NAMES_AND_RIGHTS)).toEqual(made);
    } finally {
      await fresh.drop();
    }

    await move(1);
    expect(await startAt('schema')).toEqual([]);
    expect(await namesIn(MODULES)).toEqual(before);
  });
});

const NAMES_AND_RIGHTS = `
  select c.relname::text as name, c.relacl::text as rights, c.relowner::regrole::text as owner
  from pg_class c where c.relnamespace::regnamespace::text = 'banyan' order by 1`;
