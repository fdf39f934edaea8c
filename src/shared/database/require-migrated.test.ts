import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, TEST_ROLE_PREFIX, TEST_SECRET, type TestDatabase } from '../testing/index.ts';
import { DatabaseLayout } from './database-layout.ts';
import { migrate } from './migrator.ts';
import { requireMigrated } from './require-migrated.ts';

const MIGRATIONS = resolve(import.meta.dirname, '../../../migrations');
const WAIT_MS = 10_000;

describe('a process that leaves migrations to others', () => {
  let database: TestDatabase;
  let newer: string;

  const layoutOf = (url: string, rolePrefix = TEST_ROLE_PREFIX) =>
    new DatabaseLayout({ url, moduleUrls: {}, rolePrefix, secret: TEST_SECRET });
  /** As its operator gives it the address: where the database is, and nobody's password. */
  const withoutUser = (): string => {
    const url = new URL(database.url);
    url.username = '';
    url.password = '';
    return url.toString();
  };
  const begin = (folder: string, waitMs: number, rolePrefix?: string) =>
    requireMigrated({ layout: layoutOf(withoutUser(), rolePrefix), modules: ['inventory'], folder, waitMs });

  beforeAll(async () => {
    database = await createTestDatabase({ isolation: 'schema' });
    // At another level of the suites it is no copy of what is migrated.
    await migrate({
      layout: layoutOf(database.url),
      modules: ['inventory'],
      folder: MIGRATIONS,
      waitMs: 0,
      log: () => undefined,
    });
    newer = mkdtempSync(join(tmpdir(), 'banyan-migrations-'));
    for (const owner of ['_kernel', 'inventory'])
      cpSync(join(MIGRATIONS, owner), join(newer, owner), { recursive: true });
    writeFileSync(
      join(newer, 'inventory', '9999_bin_numbers.sql'),
      'create table bin_numbers (bin text primary key);\n',
    );
  });
  afterAll(async () => {
    rmSync(newer, { recursive: true });
    await database.drop();
  });

  it('begins at once where all are applied, and needs no administrator for that', async () => {
    await expect(begin(MIGRATIONS, 0)).resolves.toBeUndefined();
  });

  it('says which is open, and what to do', async () => {
    await expect(begin(newer, 0)).rejects.toThrow(
      'inventory is not migrated: inventory/9999_bin_numbers.sql not applied. Apply migrations with',
    );
  });

  it('says so, too, where there is nothing of the module yet', async () => {
    await expect(begin(MIGRATIONS, 0, 'nobody')).rejects.toThrow('inventory is not migrated: DATABASE_URL (');
  });

  it('waits while somebody applies them, and the version before goes on with more than it knows', async () => {
    const waiting = begin(newer, WAIT_MS);
    const layout = layoutOf(database.url);
    await migrate({ layout, modules: ['inventory'], folder: newer, waitMs: 0, log: () => undefined });
    await expect(waiting).resolves.toBeUndefined();
    await expect(begin(MIGRATIONS, 0)).resolves.toBeUndefined();
  });
});
