import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chargesOf, complete, fillCart, stockVariant } from '../journeys/shop.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { ADMIN_KEY, buildApp, ChildApp } from './child-app.ts';

const TEST_LIMIT_MS = 180_000;

describe('a shop on the database that Banyan brings along', () => {
  const apps: ChildApp[] = [];
  const folders: string[] = [];

  const start = (folder: string): ChildApp => {
    const app = new ChildApp({
      environment: { BANYAN_ADMIN_KEY: ADMIN_KEY, BANYAN_DATA_DIR: folder, SAGA_LEASE_MS: '1000', PORT: '0' },
    });
    apps.push(app);
    return app;
  };
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-embedded-'));
    folders.push(folder);
    return folder;
  };

  beforeAll(() => {
    buildApp();
  }, TEST_LIMIT_MS);
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }, TEST_LIMIT_MS);

  it(
    'is killed, starts again, and has every order and every charge that it had answered for',
    async () => {
      const folder = await newFolder();
      const first = start(folder);
      const before = await first.shop();
      const sku = await stockVariant(before, { pieces: 3 });
      const { body } = await complete(before, await fillCart(before, sku)).expect(201);
      first.signal('SIGKILL');
      expect(await first.ending()).toEqual({ code: null, signal: 'SIGKILL' });

      const shop = await start(folder).shop();
      const { body: order } = await shop.admin.get(`/admin/v1/orders/${body.order.id}`).expect(200);
      expect(order).toMatchObject({ status: 'confirmed', payment: { status: 'captured' } });
      await shop.store.get(`/store/v1/orders/${body.order.id}`).set('Order-Token', body.order.accessToken).expect(200);
      expect(await chargesOf(shop, body.order.id)).toMatchObject([{ status: 'captured' }]);
      await expectStock(shop, sku, { onHand: 3, allocated: 1 });
      await expectBooksInOrder(shop);
    },
    TEST_LIMIT_MS,
  );

  it(
    'does not disturb another one that runs beside it in a folder of its own',
    async () => {
      const [one, other] = await Promise.all([newFolder(), newFolder()]).then((pair) => pair.map(start));
      const [mine, theirs] = await Promise.all([one?.shop(), other?.shop()]);
      if (mine === undefined || theirs === undefined) throw new Error('two shops were started');
      expect(mine.url).not.toBe(theirs.url);
      const sku = await stockVariant(mine, { pieces: 1 });
      await complete(mine, await fillCart(mine, sku)).expect(201);
      const seen = await Promise.all(
        [mine, theirs].map(async ({ admin }) => (await admin.get('/admin/v1/orders').expect(200)).body.items.length),
      );
      expect(seen).toEqual([1, 0]);
      one?.signal('SIGTERM');
      expect(await one?.ending()).toEqual({ code: 0, signal: null });
      await stockVariant(theirs, { pieces: 1 });
    },
    TEST_LIMIT_MS,
  );
});
