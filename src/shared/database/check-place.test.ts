import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IsolationLevel } from '../config/index.ts';
import { createTestDatabase, MigrationFiles, rowsAmongTables, testPlace, type TestDatabase } from '../testing/index.ts';
import type { DatabaseLayout } from './database-layout.ts';
import { migrate } from './migrator.ts';

const MODULES = ['till', 'journal'];

let files: MigrationFiles;

beforeAll(async () => {
  files = await MigrationFiles.open();
  for (const module of MODULES) await files.write(module, '0001_sales.sql', 'create table sales (id text primary key)');
});
afterAll(() => files.remove());

const start = (layout: DatabaseLayout, modules: readonly string[] = MODULES): Promise<void> =>
  migrate({ layout, modules, folder: files.folder, waitMs: 0, log: () => undefined });

/** A shop with a sale of each module, at one level, and where its data would be at another one. */
async function soldAt(isolation: IsolationLevel, body: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase({ isolation, modules: MODULES, empty: true });
  try {
    await start(database.layout);
    for (const module of MODULES) {
      await rowsAmongTables(database.layout, module, `insert into sales values ('sale of ${module}')`);
    }
    await body(database);
    for (const module of MODULES) {
      expect(await rowsAmongTables(database.layout, module, 'select id from sales')).toEqual([
        { id: `sale of ${module}` },
      ]);
    }
  } finally {
    await database.drop();
  }
}

describe('a start at another level than the data has been kept at', () => {
  it.each([
    [
      'schema',
      'tables',
      /^DATA_ISOLATION is tables, but in .* data stands in the schemas journal, till; set DATA_ISOLATION=schema, or move it/,
    ],
    [
      'tables',
      'schema',
      /^DATA_ISOLATION is schema, but in .* data stands in the schema banyan in the tables journal_…, till_…; set DATA_ISOLATION=tables, or/,
    ],
  ] as const)('is refused, and told what stands where: from %s to %s', async (before, after, sentence) => {
    await soldAt(before, async ({ url }) => {
      await expect(start(testPlace(url, after).layout)).rejects.toThrow(sentence);
    });
  });

  it.each(['schema', 'tables'] as const)(
    'is refused where new databases would be empty: from %s to server',
    async (before) => {
      await soldAt(before, async ({ url }) => {
        const elsewhere = await createTestDatabase({ isolation: 'server', modules: MODULES, empty: true });
        try {
          const urls = Object.fromEntries(MODULES.map((module) => [module, elsewhere.layout.adminUrl(module)]));
          await expect(start(testPlace(url, 'server', urls).layout)).rejects.toThrow(
            /^DATABASE_URL_TILL \(.*_till\) has no data of till, but in DATABASE_URL \(.*\) data stands in/,
          );
        } finally {
          await elsewhere.drop();
        }
      });
    },
  );

  it('is refused where two modules were to have a database each and have one', async () => {
    await soldAt('schema', async ({ url }) => {
      // As it is called by another name of the same server.
      const { layout } = testPlace(url, 'server', { till: url.replace('127.0.0.1', 'localhost') });
      await expect(start(layout, ['till'])).rejects.toThrow(
        /^DATA_ISOLATION is server, but the database of till \(.*\) is not its own: there data stands in the schema journal/,
      );
    });
  });

  it('finds at the level schema what stands in databases of modules’ own', async () => {
    await soldAt('server', async ({ url, layout }) => {
      const urls = Object.fromEntries(MODULES.map((module) => [module, layout.adminUrl(module)]));
      await start(testPlace(url, 'schema', urls).layout);
    });
  });
});
