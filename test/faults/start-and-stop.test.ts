import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventually, type TestDatabase } from '../../src/shared/testing/index.ts';
import { beginSlowPurchase } from '../journeys/shop.ts';
import { buildApp, ChildApp, type ChildOptions } from './child-app.ts';
import { LateServer } from './late-server.ts';
import { freePort } from '../../src/shared/testing/index.ts';
import { environmentOf } from './test-environment.ts';

const TEST_LIMIT_MS = 120_000;

/** Each way in which an operator ends it. */
const ways: readonly { way: string; throughNpm: boolean; end: (app: ChildApp) => void }[] = [
  { way: 'SIGTERM', throughNpm: false, end: (app) => app.signal('SIGTERM') },
  { way: 'Ctrl-C', throughNpm: false, end: (app) => app.signalGroup('SIGINT') },
  { way: 'SIGTERM to `npm start`', throughNpm: true, end: (app) => app.signal('SIGTERM') },
  { way: 'Ctrl-C in `npm start`', throughNpm: true, end: (app) => app.signalGroup('SIGINT') },
];

describe('the application as an operator starts and stops it', () => {
  const apps: ChildApp[] = [];
  let database: TestDatabase;
  const folders: string[] = [];

  const start = (options: ChildOptions): ChildApp => {
    const app = new ChildApp(options);
    apps.push(app);
    return app;
  };

  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-stop-'));
    folders.push(folder);
    return folder;
  };

  beforeAll(async () => {
    buildApp();
    database = await createTestDatabase();
  }, TEST_LIMIT_MS);
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await database.drop();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }, TEST_LIMIT_MS);

  it.each(ways)(
    'finishes the purchase under way on $way, takes nothing new, and ends with 0',
    async ({ throughNpm, end }) => {
      const app = start({ environment: environmentOf(database.url, await newFolder()), throughNpm });
      const shop = await app.shop();
      const { purchase } = await beginSlowPurchase(shop);
      end(app);
      let answered = false;
      void purchase.finally(() => (answered = true));
      await eventually(async () => expect(await takesRequests(shop.url)).toBe(false));
      expect(answered).toBe(false);
      const { status, body } = await purchase;
      expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
      expect(await app.ending()).toEqual({ code: 0, signal: null });
      expect(app.complaint).toBe('');
    },
    TEST_LIMIT_MS,
  );

  it(
    'waits for a database that comes up late, and says that it is not ready until then',
    async () => {
      const late = await LateServer.reserve(database.url);
      const port = await freePort();
      const app = start({ environment: { ...environmentOf(late.url, await newFolder()), PORT: String(port) } });
      const readyz = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
      await eventually(async () => expect(await readyz()).toBe(503));
      await late.open();
      await app.url();
      expect(await readyz()).toBe(200);
      await app.stop();
      await late.close();
    },
    TEST_LIMIT_MS,
  );
});

async function takesRequests(url: string): Promise<boolean> {
  return await fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  );
}
