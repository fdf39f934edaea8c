import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { PythonNotifications } from '../journeys/python-service.ts';
import { beginSlowPurchase, complete, fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp, ChildApp } from './child-app.ts';
import { processesOf } from './split-processes.ts';
import { SteadyBuyers } from './steady-buyers.ts';
import { environmentOf } from './test-environment.ts';

const TEST_LIMIT_MS = 300_000;
/** Starts of processes take long on a machine that does other things, too. */
const BACK_LIMIT_MS = 90_000;
const MODULES = 9;
const PURCHASES = 5;
const BUYERS = 12;
const STEADY_BUYERS = 3;
const PLENTY = 5_000;

const FRONT = ['ordering', 'identity', 'reporting'];
/** Two of the middle group, so that one may go. Orders are placed by one process and carried on by another. */
const PLACEMENT = {
  public: 'front',
  groups: {
    front: { modules: FRONT, roles: ['http'] },
    conductor: { modules: FRONT, roles: ['sagas', 'subscribers'] },
    middle: { modules: ['catalog', 'pricing', 'inventory'], replicas: 2 },
    back: { modules: ['payments', 'fulfilment', 'notifications'] },
  },
};

describe('a shop in several processes', () => {
  let database: TestDatabase;
  const folders: string[] = [];
  const apps: ChildApp[] = [];
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-split-'));
    folders.push(folder);
    return folder;
  };
  const start = async (more: Record<string, string> = {}): Promise<ChildApp> => {
    const environment = { ...environmentOf(database.url, await newFolder()), ...more };
    const app = new ChildApp({ environment, arguments: ['--split'] });
    apps.push(app);
    return app;
  };
  const inGroups = async (more: Record<string, string> = {}): Promise<ChildApp> => {
    const file = join(await newFolder(), 'placement.json');
    await writeFile(file, JSON.stringify(PLACEMENT));
    return await start({ BANYAN_PLACEMENT: file, ...more });
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

  it(
    'sells as it does in one, with a process for each module, and its books are in order',
    async () => {
      const app = await start();
      const shop = await app.shop();
      expect(Object.keys(await processesOf(app)).sort()).toHaveLength(MODULES);
      const sku = await stockVariant(shop, { pieces: PURCHASES });
      for (let count = 0; count < PURCHASES; count += 1) {
        await complete(shop, await fillCart(shop, sku)).expect(201);
      }
      await complete(shop, await fillCart(shop, sku)).expect(409);
      const { body } = await shop.admin.get('/admin/v1/system/modules').expect(200);
      const healthy = body.items.filter((item: { hosted: boolean; healthy: boolean }) => item.hosted && item.healthy);
      expect(healthy).toHaveLength(MODULES);
      await expectStock(shop, sku, { onHand: PURCHASES, allocated: PURCHASES });
      await expectBooksInOrder(shop);
      app.signal('SIGTERM');
      expect(await app.ending()).toEqual({ code: 0, signal: null });
      expect(app.complaint).toBe('');
    },
    TEST_LIMIT_MS,
  );

  it(
    'has a service in another language take the place of a module',
    async () => {
      const python = new PythonNotifications(await freePort(), await newFolder());
      await python.start();
      try {
        const app = await inGroups({ BANYAN_FOREIGN_NOTIFICATIONS: python.url });
        const shop = await app.shop();
        const { body } = await complete(shop, await fillCart(shop, await stockVariant(shop, { pieces: 1 }))).expect(
          201,
        );
        const messages = () => shop.admin.get('/admin/v1/messages').query({ orderId: body.order.id });
        await eventually(async () => expect((await messages().expect(200)).body.items).toHaveLength(1));
        await python.kill();
        await messages().expect(503);
      } finally {
        await python.stop();
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    'finishes every purchase while its processes are killed one after the other, and who only looks notices nothing',
    async () => {
      const app = await inGroups();
      const shop = await app.shop();
      const sku = await stockVariant(shop, { pieces: BUYERS });
      const before = await processesOf(app);
      expect(Object.keys(before).sort()).toEqual(['back', 'conductor', 'front', 'middle-1', 'middle-2']);
      const victims = ['back', 'middle-1', 'conductor', 'middle-2'];
      const buy = async (buyer: number): Promise<void> => {
        const cart = await eventually(() => fillCart(shop, sku), BACK_LIMIT_MS);
        const key = `buyer-${buyer}`;
        const purchase = complete(shop, cart, 'tok_ok', key).then((response) => response);
        const victim = before[victims[buyer / (BUYERS / victims.length)] ?? ''];
        if (victim !== undefined) process.kill(victim, 'SIGKILL');
        const first = await purchase;
        // Placed, still under way, or refused with the reason.
        expect([first.status, first.body.order?.status ?? first.body.code]).toEqual(
          first.status < 300 ? [expect.any(Number), expect.any(String)] : [503, expect.any(String)],
        );
        // Whatever the first answer was: the same request, repeated, ends in the one order.
        await eventually(async () => {
          const { status, body } = await complete(shop, cart, 'tok_ok', key);
          expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
        }, BACK_LIMIT_MS);
      };
      const passersBy = new SteadyBuyers(shop.url, sku);
      await passersBy.lookDuring(1, async () => {
        for (let buyer = 0; buyer < BUYERS; buyer += 1) await buy(buyer);
      });
      expect(passersBy.complaints).toEqual([]);
      expect(passersBy.looks).toBeGreaterThan(BUYERS);
      await eventually(async () => {
        const after = await processesOf(app);
        expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
        for (const victim of victims) expect(after[victim]).not.toBe(before[victim]);
      }, BACK_LIMIT_MS);
      await eventually(() => expectStock(shop, sku, { onHand: BUYERS, allocated: BUYERS }), BACK_LIMIT_MS);
      await expectBooksInOrder(shop);
    },
    TEST_LIMIT_MS,
  );

  it(
    'fails not one request while its processes are told to end and are replaced, the public one included',
    async () => {
      const app = await inGroups();
      const shop = await app.shop();
      const sku = await stockVariant(shop, { pieces: PLENTY });
      const before = await processesOf(app);
      const buyers = new SteadyBuyers(shop.url, sku);
      await buyers.during(STEADY_BUYERS, async () => {
        for (const name of ['back', 'middle-1', 'conductor', 'front']) {
          const pid = before[name] ?? 0;
          const sold = buyers.orders.length;
          process.kill(pid, 'SIGTERM');
          await eventually(async () => {
            expect(isAlive(pid)).toBe(false);
            expect((await processesOf(app))[name]).toBeDefined();
          }, BACK_LIMIT_MS);
          await eventually(() => expect(buyers.orders.length).toBeGreaterThan(sold), BACK_LIMIT_MS);
        }
      });
      expect(buyers.complaints).toEqual([]);
      await eventually(
        () => expectStock(shop, sku, { onHand: PLENTY, allocated: buyers.orders.length }),
        BACK_LIMIT_MS,
      );
      await expectBooksInOrder(shop);
    },
    TEST_LIMIT_MS,
  );

  it(
    'finishes the purchase under way on Ctrl-C, which reaches all of its processes at once',
    async () => {
      const app = await inGroups();
      const shop = await app.shop();
      const { purchase } = await beginSlowPurchase(shop);
      app.signalGroup('SIGINT');
      const { status, body } = await purchase;
      expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
      expect(await app.ending()).toEqual({ code: 0, signal: null });
      expect(app.complaint).toBe('');
    },
    TEST_LIMIT_MS,
  );

  it(
    'leaves nothing running when its supervisor is killed',
    async () => {
      const app = await inGroups();
      await app.url();
      const running = Object.values(await processesOf(app));
      app.signal('SIGKILL');
      await app.ended;
      await eventually(() => expect(running.filter(isAlive)).toEqual([]));
    },
    TEST_LIMIT_MS,
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process is what the test waits for.
    return false;
  }
}
