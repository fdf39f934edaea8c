import { expect, it } from '@jest/globals';
import {
  describeEachPlacement,
  eventually,
  type World,
  buy,
  cancel,
  refund,
  sell,
} from '../../../shared/testing/index.ts';
import type { Page } from '../../../shared/values/index.ts';
import type { Message } from '../contract/index.ts';

const email = 'ada@example.com';

async function list(shop: World, query: string): Promise<Page<Message>> {
  return (await shop.admin.get(`/admin/v1/messages?${query}`).expect(200)).body as Page<Message>;
}

async function messagesOf(shop: World, orderId: string, count: number): Promise<Message[]> {
  return await eventually(async () => {
    const { items } = await list(shop, `orderId=${orderId}`);
    expect(items).toHaveLength(count);
    return items;
  });
}

describeEachPlacement('messages to buyers', (world) => {
  it('confirms an order to the address that came with it', async () => {
    const shop = world();
    const order = await buy(shop, [await sell(shop, { tracked: true })], { email });
    const [message] = await messagesOf(shop, order.id, 1);
    expect(message).toEqual({
      id: expect.stringMatching(/^msg_/),
      kind: 'order_confirmation',
      channel: 'email',
      recipient: email,
      subject: `Your order ${order.number} is confirmed`,
      body: expect.stringContaining('Total: £12.00'),
      orderId: order.id,
      status: 'recorded',
      createdAt: expect.any(String),
    });
  });

  it('tells the buyer of a refund and of a cancellation, the newest first', async () => {
    const shop = world();
    const tea = await sell(shop, { tracked: true });
    const order = await buy(shop, [tea], { email });
    await refund(shop, order.id, 500);
    await messagesOf(shop, order.id, 2);
    await cancel(shop, order.id);
    const messages = await messagesOf(shop, order.id, 3);
    expect(messages.map(({ kind }) => kind)).toEqual(['order_cancellation', 'refund_notice', 'order_confirmation']);
    expect(messages[0]?.body).toContain('£7.00');
    expect(messages[1]?.body).toContain('£5.00');
    expect(messages.every(({ recipient }) => recipient === email)).toBe(true);

    const first = await list(shop, `orderId=${order.id}&limit=2`);
    const second = await list(shop, `orderId=${order.id}&limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(messages);
    expect(second.nextCursor).toBeNull();
  });

  it('tells the buyer that a parcel has left, and how to follow it', async () => {
    const shop = world();
    const order = await buy(shop, [await sell(shop, { tracked: true })], { email });
    const shipment = await eventually(async () => {
      const { body } = await shop.admin.get('/admin/v1/shipments').query({ orderId: order.id }).expect(200);
      expect(body.items).toHaveLength(1);
      return body.items[0] as { id: string };
    });
    await shop.admin
      .post(`/admin/v1/shipments/${shipment.id}/dispatch`)
      .set('Idempotency-Key', `dispatch-${shipment.id}`)
      .send({ carrier: 'Royal Mail', trackingNumber: 'RM 1234 5678 9GB' })
      .expect(200);
    const [message] = await messagesOf(shop, order.id, 2);
    expect(message).toMatchObject({ kind: 'dispatch_notice', recipient: email });
    expect(message?.subject).toBe(`Your order ${order.number} is on its way`);
    expect(message?.body).toMatch(/2 × Tea[^]*Carrier: Royal Mail\nTracking number: RM 1234 5678 9GB/);
  });

  it('writes nothing to a buyer who left no e-mail', async () => {
    const shop = world();
    const order = await buy(shop, [await sell(shop, { tracked: true })]);
    await eventually(async () => {
      const heard = await shop
        .database('notifications')
        .reader(shop.context())
        .rows(`select from inbox where subject = $1 and status = 'done'`, [order.id]);
      expect(heard).toHaveLength(1);
    });
    expect((await list(shop, `orderId=${order.id}`)).items).toEqual([]);
  });

  it('says what is wrong with a request', async () => {
    const { admin, store } = world();
    for (const query of ['cursor=nonsense', 'orderId=1', 'limit=101', 'kind=refund_notice']) {
      await admin.get(`/admin/v1/messages?${query}`).expect(422);
    }
    await store.get('/admin/v1/messages').expect(401);
  });
});

describeEachPlacement('messages to the merchant', (world) => {
  it('say once that goods run low, whoever bought them', async () => {
    const shop = world();
    const sku = await sell(shop, { tracked: true });
    await shop.admin.put(`/admin/v1/stock/thresholds/${sku}`).send({ threshold: 97 }).expect(200);
    for (let buyer = 0; buyer < 3; buyer += 1) await buy(shop, [sku]);
    const notices = async () => (await list(shop, 'limit=100')).items.filter(({ kind }) => kind === 'low_stock');
    await eventually(async () => expect(await notices()).toHaveLength(1));
    // A second notice would have come before the confirmation of a later order.
    const later = await buy(shop, [sku], { email });
    await messagesOf(shop, later.id, 1);
    expect(await notices()).toEqual([
      {
        id: expect.stringMatching(/^msg_/),
        kind: 'low_stock',
        channel: 'staff',
        recipient: 'merchant',
        subject: `${sku} runs low`,
        body: expect.stringContaining('There are 96 pieces'),
        orderId: null,
        status: 'recorded',
        createdAt: expect.any(String),
      },
    ]);
  });
});
