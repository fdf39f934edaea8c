import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { modules } from '../../src/modules/index.ts';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '../../src/shared/testing/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { PythonNotifications } from '../journeys/python-service.ts';
import { complete, fillCart, stockVariant, type Shop } from '../journeys/shop.ts';
import { buildApp, ChildApp } from './child-app.ts';
import { environmentOf } from './test-environment.ts';

const TEST_LIMIT_MS = seconds(180);
const AGAIN_LIMIT_MS = seconds(60);
const KILLED = { code: null, signal: 'SIGKILL' };

/** Two processes: one sells, one brings what happens to the service that writes to buyers. */
describe('the process that brings events to a service in another language', () => {
  let database: TestDatabase;
  let folder: string;
  let python: PythonNotifications;
  let shop: Shop;
  let observer: pg.Client;
  const apps: ChildApp[] = [];

  const spawn = (environment: Record<string, string>): ChildApp => {
    const data = join(folder, `data-${apps.length}`);
    const common = { ...environmentOf(database.url, data), BANYAN_FOREIGN_NOTIFICATIONS: python.url };
    const app = new ChildApp({ environment: { ...common, ...environment } });
    apps.push(app);
    return app;
  };
  const bringer = (more: Record<string, string> = {}): ChildApp => spawn({ BANYAN_MODULES: 'notifications', ...more });

  beforeAll(async () => {
    buildApp();
    folder = await mkdtemp(join(tmpdir(), 'banyan-foreign-crash-'));
    database = await createTestDatabase();
    observer = new pg.Client(database.url);
    await observer.connect();
    python = new PythonNotifications(await freePort(), folder);
    await python.start();
    const others = modules.map(({ contract }) => contract.name).filter((name) => name !== 'notifications');
    shop = await spawn({ BANYAN_MODULES: others.join(',') }).shop();
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await python.stop();
    await observer.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }, TEST_LIMIT_MS);

  const arrivalOf = async (orderId: string) => {
    const sql = 'select status, attempts from notifications.inbox where subject = $1';
    return (await observer.query<{ status: string; attempts: number }>(sql, [orderId])).rows;
  };
  const messagesOf = async (orderId: string): Promise<unknown[]> => {
    const { body } = await shop.admin.get('/admin/v1/messages').query({ orderId }).expect(200);
    return body.items as unknown[];
  };

  it.each([
    {
      moment: 'when the service has said that it has an event, before that is written down',
      point: 'bus/consumer/handled',
      left: [{ status: 'claimed', attempts: 1 }],
      attempts: 2,
    },
    {
      moment: 'when that is written down, before the publisher knows it',
      point: 'bus/consumer/committed',
      left: [{ status: 'done', attempts: 1 }],
      attempts: 1,
    },
  ])(
    'dies $moment: the buyer gets one message',
    async ({ point, left, attempts }) => {
      const dying = bringer({ BANYAN_CRASH_AT: point });
      await dying.url();
      const { body } = await complete(shop, await fillCart(shop, await stockVariant(shop, { pieces: 1 }))).expect(201);
      const orderId: string = body.order.id;
      expect(await dying.ending()).toEqual(KILLED);
      // The service has it already; the shop may not know that.
      expect(await messagesOf(orderId)).toHaveLength(1);
      expect(await arrivalOf(orderId)).toEqual(left);
      const next = bringer();
      await eventually(async () => {
        expect(await arrivalOf(orderId)).toEqual([{ status: 'done', attempts }]);
        const open = `select from ordering.deliveries where subject = $1 and subscriber = 'notifications' and state = 'open'`;
        expect((await observer.query(open, [orderId])).rowCount).toBe(0);
      }, AGAIN_LIMIT_MS);
      expect(await messagesOf(orderId)).toHaveLength(1);
      next.signal('SIGTERM');
      expect(await next.ending()).toEqual({ code: 0, signal: null });
    },
    TEST_LIMIT_MS,
  );
});
