import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventually, type TestDatabase } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { complete, fillCart, stockVariant, type Shop } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { unpackPreviousRelease } from './previous-release.ts';
import { SharedSandbox } from './shared-sandbox.ts';
import { environmentOf } from './test-environment.ts';
import { UpgradingShop, type Group } from './upgrading-shop.ts';

const TEST_LIMIT_MS = 120_000;
const PURCHASES_BETWEEN = 3;

describe('an upgrade of one process after the other, while people buy', () => {
  let folder: string;
  let previous: string;
  let sandbox: SharedSandbox;
  let database: TestDatabase;
  let shop: UpgradingShop | undefined;

  beforeAll(async () => {
    buildApp();
    folder = await mkdtemp(join(tmpdir(), 'banyan-upgrade-'));
    previous = unpackPreviousRelease(join(folder, 'previous'));
  }, TEST_LIMIT_MS);
  afterEach(async () => {
    await shop?.stop();
    shop = undefined;
    await database.drop();
    await sandbox.close();
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  }, TEST_LIMIT_MS);

  /** Each buys a piece, by whatever process is asked, and repeats the request until it is answered. */
  async function buy(asked: Shop, sku: string, token = 'tok_ok'): Promise<string> {
    const cart = await eventually(() => fillCart(asked, sku));
    const key = `upgrade-${cart}`;
    return await eventually(async () => {
      const { status, body } = await complete(asked, cart, token, key);
      expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
      return String(body.order.id);
    });
  }

  it.each<[string, Group, Group]>([
    ['what is called first, so that the old call the new', 'back', 'front'],
    ['what calls first, so that the new call the old', 'front', 'back'],
  ])(
    'takes %s, and every order is completed once',
    async (_, first, second) => {
      database = await createTestDatabase();
      // Books of its own: they are compared with those of this database.
      sandbox = await SharedSandbox.open(await mkdtemp(join(folder, 'sandbox-')));
      const upgrading = await UpgradingShop.open({
        previous,
        folder,
        environment: { ...environmentOf(database.url, folder), ...sandbox.settings },
      });
      shop = upgrading;
      const orders = new Set<string>();
      const asked = await upgrading.shop();
      const sku = await stockVariant(asked, { pieces: 100 });
      const buyAll = async (): Promise<void> => {
        for (let count = 0; count < PURCHASES_BETWEEN; count += 1) orders.add(await buy(await upgrading.shop(), sku));
      };
      await buyAll();
      for (const group of [first, second]) {
        // Side by side: whoever calls this group asks its two processes in turn.
        await upgrading.startNew(group);
        await buyAll();
        // The provider takes three seconds: the old process ends in the middle, and another finishes what it began.
        const cart = await fillCart(await upgrading.shop('old'), sku);
        const slow = complete(await upgrading.shop('old'), cart, 'tok_slow', `slow-${cart}`).then((answer) => answer);
        const begun = Promise.allSettled([slow]);
        await upgrading.killOld(group);
        await begun;
        await eventually(async () => {
          const { status, body } = await complete(await upgrading.shop(), cart, 'tok_slow', `slow-${cart}`);
          expect({ status, order: body.order?.status }).toEqual({ status: 201, order: 'confirmed' });
          orders.add(String(body.order.id));
        });
        await buyAll();
      }
      const sold = 5 * PURCHASES_BETWEEN + 2;
      expect(orders.size).toBe(sold);
      const now = await upgrading.shop();
      await eventually(() => expectStock(now, sku, { onHand: 100, allocated: sold }));
      await eventually(async () => {
        const { body } = await now.admin.get('/admin/v1/shipments').query({ limit: 100 }).expect(200);
        const shipped = body.items.map(({ orderId }: { orderId: string }) => orderId);
        expect(shipped.toSorted()).toEqual([...orders].toSorted());
      });
      await expectBooksInOrder(now);
    },
    TEST_LIMIT_MS,
  );
});
