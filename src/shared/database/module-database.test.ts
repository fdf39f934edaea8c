import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { newCallContext, system } from '../auth/index.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { seconds } from '../values/index.ts';
import { isConnectionFailure } from './database-errors.ts';
import { ModuleDatabase } from './module-database.ts';

const TEST_LIMIT_MS = seconds(60);
const ANSWER_TIMEOUT_MS = 300;

/** What a call comes to that must fail. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a database', () => {
  let home: TestDatabase;
  let database: ModuleDatabase;
  let administrator: pg.Client;
  const context = newCallContext({
    caller: 'http',
    principal: system('tests'),
    deadlineMs: Date.now() + TEST_LIMIT_MS,
  });

  beforeAll(async () => {
    home = await createTestDatabase();
    administrator = new pg.Client(home.url);
    await administrator.connect();
    // Sequelize reports on the console that it cannot roll back on a connection that is gone.
    jest.spyOn(console, 'warn').mockReturnValue();
  }, TEST_LIMIT_MS);
  afterEach(async () => {
    await database.close();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await administrator.end();
    await home.drop();
  }, TEST_LIMIT_MS);

  const open = (answerTimeoutMs?: number): void => {
    database = new ModuleDatabase({
      module: 'inventory',
      url: home.layout.moduleUrl('inventory'),
      poolSize: 1,
      storeEvents: () => Promise.resolve(() => undefined),
      ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }),
    });
  };
  const serves = async (): Promise<boolean> => {
    const rows = await database.reader(context).rows<{ answer: number }>('select 1 as answer');
    return rows[0]?.answer === 1;
  };

  it(
    'that ends a connection between two statements of a transaction has failed as such, and serves the next one',
    async () => {
      open();
      const failure = await failureOf(
        database.transaction(context, async (work) => {
          const row = await work.row<{ pid: number }>('select pg_backend_pid() as pid');
          await administrator.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
          // Until the driver has read it.
          await new Promise((resolve) => setTimeout(resolve, 50));
          await work.run('select 1');
        }),
      );
      expect(isConnectionFailure(failure)).toBe(true);
      expect(await serves()).toBe(true);
    },
    TEST_LIMIT_MS,
  );

  it(
    'that does not answer at all is waited for no longer than was said, and its connection is not used again',
    async () => {
      open(ANSWER_TIMEOUT_MS);
      // To the client it is the same as a server that is gone without a word: nothing comes back.
      const silent = database.reader(context).rows('select pg_sleep(10)');
      expect(isConnectionFailure(await failureOf(silent))).toBe(true);
      expect(await serves()).toBe(true);
    },
    TEST_LIMIT_MS,
  );
});
