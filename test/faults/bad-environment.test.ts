import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, testServices, type TestDatabase } from '../../src/shared/testing/index.ts';
import { buildApp, ChildApp } from './child-app.ts';
import { startEvictingRedis } from './evicting-redis.ts';
import { environmentOf, takePort } from './test-environment.ts';

const TEST_LIMIT_MS = 60_000;
const NOBODY_ID = 65_534;
const NOWHERE = '127.0.0.1:1';

interface Case {
  readonly mistake: string;
  /** Beside a database that works. */
  readonly environment?: Record<string, string>;
  readonly arguments?: readonly string[];
  /** The sentence names the setting, and then the remedy. */
  readonly sentence: RegExp;
}

const cases: readonly Case[] = [
  {
    mistake: 'a module that does not exist',
    environment: { BANYAN_MODULES: 'catalog,warehouse' },
    sentence: /^BANYAN_MODULES names "warehouse".* the modules are .*inventory/,
  },
  {
    mistake: 'a module that does not exist, on the command line',
    arguments: ['--modules', 'warehouse'],
    sentence: /MODULES names "warehouse".* the modules are .*inventory/,
  },
  {
    mistake: 'a module without those that it calls',
    environment: { BANYAN_MODULES: 'inventory' },
    sentence: /^BANYAN_MODULES .*inventory without catalog.* add catalog/,
  },
  {
    mistake: 'a database address that is none',
    environment: { DATABASE_URL: 'mysql://root@localhost/shop' },
    sentence: /^DATABASE_URL must be a URL such as postgres:/,
  },
  {
    mistake: 'a database that is not there',
    environment: { DATABASE_URL: `postgres://shop:secret@${NOWHERE}/banyan` },
    sentence: /^DATABASE_URL \(127\.0\.0\.1:1\/banyan\).* start it or correct the address/,
  },
  {
    mistake: 'a Redis address that is none',
    environment: { REDIS_URL: 'http://localhost:6379' },
    sentence: /^REDIS_URL must be a URL such as redis:/,
  },
  {
    mistake: 'a Redis that is not there',
    environment: { REDIS_URL: `redis://${NOWHERE}` },
    sentence: /^REDIS_URL \(127\.0\.0\.1:1\).* start Redis there or correct the address/,
  },
  { mistake: 'a port that is no number', environment: { PORT: 'abc' }, sentence: /^PORT must be a whole number/ },
  { mistake: 'a port that does not exist', environment: { PORT: '70000' }, sentence: /^PORT must be .*65535/ },
  {
    mistake: 'an admin key that can be guessed',
    environment: { BANYAN_ADMIN_KEY: 'secret' },
    sentence: /^BANYAN_ADMIN_KEY must have at least 16 characters/,
  },
];

describe('a start that cannot succeed', () => {
  let database: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    buildApp();
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'banyan-start-'));
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }, TEST_LIMIT_MS);

  const expectRefusal = async (
    sentence: RegExp,
    environment: Record<string, string>,
    options: { arguments?: readonly string[]; userId?: number } = {},
  ): Promise<void> => {
    const app = new ChildApp({
      environment: { ...environmentOf(database.url, folder), DATABASE_WAIT_SECONDS: '1', ...environment },
      ...options,
    });
    try {
      const { code } = await app.ending();
      expect(app.complaint).toMatch(sentence);
      expect(app.complaint).toMatch(/^[^\n]+\.$/);
      expect(app.complaint).not.toMatch(/secret@|\bat .*\.js:/);
      expect(code).toBe(1);
    } finally {
      await app.stop();
    }
  };

  const withoutDatabase = { DATABASE_URL: '' };

  it.each(cases)(
    'says in one sentence what to do about $mistake',
    async ({ environment = {}, arguments: given = [], sentence }) => {
      await expectRefusal(sentence, environment, { arguments: given });
    },
    TEST_LIMIT_MS,
  );

  it('says that the database refuses the password', async () => {
    const url = new URL(testServices().databaseUrl);
    url.password = 'not-the-password';
    await expectRefusal(/^DATABASE_URL .*the user or password is wrong/, { DATABASE_URL: url.toString() });
  });

  it('says that the database has to be created', async () => {
    const url = new URL(testServices().databaseUrl);
    url.pathname = '/not_there';
    await expectRefusal(/^DATABASE_URL .*no such database; create it/, { DATABASE_URL: url.toString() });
  });

  it('refuses a Redis that would drop jobs', async () => {
    const redis = await startEvictingRedis();
    try {
      // Without the program on this machine the address leads nowhere, which is refused just as plainly.
      const sentence = redis === undefined ? /^REDIS_URL / : /^REDIS_URL .*allkeys-lru.* set it to noeviction/;
      await expectRefusal(sentence, { REDIS_URL: redis?.url ?? `redis://${NOWHERE}` });
    } finally {
      redis?.stop();
    }
  });

  it('says that another program has the port', async () => {
    const taken = await takePort();
    try {
      await expectRefusal(/^PORT \d+ is in use; .*choose another port/, { PORT: String(taken.port) });
    } finally {
      await taken.close();
    }
  });

  it('says that a file is where the data folder should be', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const environment = { ...withoutDatabase, BANYAN_DATA_DIR: join(folder, 'a-file', 'data') };
    await expectRefusal(/BANYAN_DATA_DIR/, environment);
  });

  it('says that an ordinary user may not write to the data folder', async () => {
    const isRoot = process.getuid?.() === 0;
    const closed = isRoot ? await mkdtemp(join(tmpdir(), 'banyan-closed-')) : '/';
    const environment = { ...withoutDatabase, HOME: '/', BANYAN_DATA_DIR: join(closed, 'banyan-data') };
    await expectRefusal(/BANYAN_DATA_DIR .*cannot be written.*another folder/, environment, {
      ...(isRoot ? { userId: NOBODY_ID } : {}),
    });
    if (isRoot) await rm(closed, { recursive: true, force: true });
  });
});
