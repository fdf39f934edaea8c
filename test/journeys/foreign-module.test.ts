import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modules } from '../../src/modules/index.ts';
import { buy, cancel, eventually, freePort, sell } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder } from './books.ts';
import { startPartition, type PartitionedShop } from './partition.ts';
import { PythonNotifications } from './python-service.ts';

const LIMIT_MS = 60_000;
const AGAIN_LIMIT_MS = 20_000;
const MODULE = 'notifications';
const email = 'ada@example.com';

interface Message {
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
}

describe('a shop whose notifications are a service in Python', () => {
  let folder: string;
  let python: PythonNotifications;
  let shop: PartitionedShop;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-python-'));
    python = new PythonNotifications(await freePort(), folder);
    await python.start();
    const others = modules.map(({ contract }) => contract.name).filter((name) => name !== MODULE);
    // The second process has the stand-in alone, and answers the whole public API.
    shop = await startPartition([{ modules: others }, { modules: [MODULE] }], {
      BANYAN_FOREIGN_NOTIFICATIONS: python.url,
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await shop.stop();
    await python.stop();
    await rm(folder, { recursive: true, force: true });
  }, LIMIT_MS);

  async function messagesOf(orderId: string): Promise<Message[]> {
    const { body } = await shop.admin.get('/admin/v1/messages').query({ orderId }).expect(200);
    return body.items as Message[];
  }

  it('takes an order to its end, and the buyer hears what Banyan itself would have written', async () => {
    const order = await buy(shop, [await sell(shop, { tracked: true })], { email });
    await eventually(async () => expect(await messagesOf(order.id)).toHaveLength(1));
    await cancel(shop, order.id);
    await eventually(async () => expect(await messagesOf(order.id)).toHaveLength(2));
    const [cancellation, confirmation] = await messagesOf(order.id);
    expect(cancellation?.body).toBe(
      `Your order ${order.number} has been cancelled.\n\nWe are giving you back £12.00.\n`,
    );
    expect(confirmation).toMatchObject({
      kind: 'order_confirmation',
      recipient: email,
      subject: `Your order ${order.number} is confirmed`,
      body: `Thank you for your order ${order.number}.\n\n2 × Tea: £12.00\n\nItems: £12.00\nTotal: £12.00\n\nIt goes to:\nAda Shopper\n1 Market Street\nLeeds\nGB\n`,
    });
    await expectBooksInOrder(shop);
  });

  it('refuses what the contract refuses, in the contract’s words', async () => {
    const { body } = await shop.admin.get('/admin/v1/messages?cursor=nonsense').expect(422);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/cursor', code: 'invalid_cursor' }] });
  });

  it(
    'sells on while the service is dead, says so, and loses no message',
    async () => {
      await python.kill();
      const sku = await sell(shop, { tracked: true });
      const orders = [await buy(shop, [sku], { email }), await buy(shop, [sku], { email })];
      await cancel(shop, orders[0]?.id ?? '');
      const { body } = await shop.admin.get('/admin/v1/system/modules').expect(200);
      const about = body.items.find(({ name }: { name: string }) => name === MODULE);
      expect(about).toMatchObject({ hosted: true, healthy: false, detail: expect.stringContaining('ECONNREFUSED') });
      await shop.admin.get('/admin/v1/messages').expect(503);
      await python.start();
      await eventually(async () => {
        const kinds = await Promise.all(orders.map(async ({ id }) => (await messagesOf(id)).map(({ kind }) => kind)));
        expect(kinds).toEqual([['order_cancellation', 'order_confirmation'], ['order_confirmation']]);
      }, AGAIN_LIMIT_MS);
    },
    LIMIT_MS,
  );
});
