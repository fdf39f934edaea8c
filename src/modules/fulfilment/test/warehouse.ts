import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { eventually, shippingAddress, type World } from '../../../shared/testing/index.ts';
import type { OrderWithPayment } from '../../ordering/contract/index.ts';
import type { Return, Shipment } from '../contract/index.ts';

interface Goods {
  readonly pieces: number;
  readonly price: number;
  readonly tracked?: boolean;
}

interface Level {
  readonly onHand: number;
  readonly allocated: number;
  readonly available: number;
}

export const gbp = (amount: number) => ({ amount, currency: 'GBP' });

/** What the people in the back do: look what there is to send, send it, take it back. */
export class Warehouse {
  readonly #shop: World;

  constructor(shop: World) {
    this.#shop = shop;
  }

  /** Puts something on sale, with so many pieces on the shelf. Its SKU. */
  async stock({ pieces, price, tracked = true }: Goods): Promise<string> {
    const name = randomUUID();
    const sku = `SKU-${name}`;
    const variants = [{ sku, tracked, prices: [gbp(price)] }];
    await this.#post('/admin/v1/products', {
      handle: `product-${name}`,
      title: 'Goods',
      status: 'published',
      variants,
    }).expect(201);
    if (tracked) await this.#post('/admin/v1/stock/receipts', { lines: [{ sku, quantity: pieces }] }).expect(201);
    return sku;
  }

  /** An order of these goods, bought the way a shopper buys. */
  async buy(
    goods: Readonly<Record<string, number>>,
    { token = 'tok_ok', email }: { token?: string; email?: string } = {},
  ): Promise<{ id: string; number: number }> {
    const lines = Object.entries(goods).map(([sku, quantity]) => ({ sku, quantity }));
    const contact = email === undefined ? {} : { email };
    const cart = await this.#shop.store
      .post('/store/v1/carts')
      .send({ currency: 'GBP', lines, shippingAddress, ...contact })
      .expect(201);
    const { body } = await this.#shop.store
      .post(`/store/v1/carts/${(cart.body as { id: string }).id}/complete`)
      .set('Idempotency-Key', randomUUID())
      .send({ payment: { provider: 'sandbox', token } })
      .expect(201);
    return (body as { order: { id: string; number: number } }).order;
  }

  /** An order with its first shipment, which opens a moment after it. */
  async buyToSend(
    goods: Readonly<Record<string, number>>,
    options: { token?: string; email?: string } = {},
  ): Promise<{ orderId: string; shipment: Shipment }> {
    const { id: orderId } = await this.buy(goods, options);
    const [shipment] = await this.shipments(orderId, 1);
    return { orderId, shipment: shipment as Shipment };
  }

  /** An order of which all has been sent. */
  async buyAndSend(goods: Readonly<Record<string, number>>): Promise<{ orderId: string; shipment: Shipment }> {
    const { orderId, shipment } = await this.buyToSend(goods);
    const { body } = await this.dispatch(shipment.id).expect(200);
    return { orderId, shipment: body as Shipment };
  }

  /** The order's shipments, the first part first, when there are so many. */
  async shipments(orderId: string, count: number): Promise<Shipment[]> {
    return await eventually(async () => {
      const { body } = await this.#shop.admin.get('/admin/v1/shipments').query({ orderId, limit: 100 }).expect(200);
      const { items } = body as { items: Shipment[] };
      expect(items).toHaveLength(count);
      return items.sort((one, other) => one.part - other.part);
    });
  }

  /** Waits until the order's only shipment stands where it should. */
  async settled(orderId: string, status: Shipment['status']): Promise<void> {
    await eventually(async () => expect(await this.shipments(orderId, 1)).toMatchObject([{ status }]));
  }

  dispatch(shipmentId: string, body: object = {}, key: string = randomUUID()) {
    return this.#post(`/admin/v1/shipments/${shipmentId}/dispatch`, body, key);
  }

  deliver(shipmentId: string, key: string = randomUUID()) {
    return this.#shop.admin.post(`/admin/v1/shipments/${shipmentId}/deliver`).set('Idempotency-Key', key);
  }

  cancel(orderId: string, key: string = randomUUID()) {
    return this.#post(`/admin/v1/orders/${orderId}/cancel`, {}, key);
  }

  takeBack(orderId: string, lines: readonly object[], more: object = {}, key: string = randomUUID()) {
    return this.#post('/admin/v1/returns', { orderId, lines, reason: 'does not fit', ...more }, key);
  }

  async returns(orderId: string): Promise<Return[]> {
    const { body } = await this.#shop.admin.get('/admin/v1/returns').query({ orderId }).expect(200);
    return (body as { items: Return[] }).items;
  }

  async order(orderId: string): Promise<OrderWithPayment> {
    return (await this.#shop.admin.get(`/admin/v1/orders/${orderId}`).expect(200)).body as OrderWithPayment;
  }

  async level(sku: string): Promise<Level> {
    const { body } = await this.#shop.admin.get('/admin/v1/stock').query({ sku }).expect(200);
    return (body as { items: Level[] }).items[0] as Level;
  }

  /** Types of all that fulfilment has published about an order, or about its shipments. */
  async published(orderId: string): Promise<string[]> {
    const rows = await this.#shop
      .database('fulfilment')
      .reader(this.#shop.context())
      .rows<{ type: string }>(`select type from outbox where data ->> 'orderId' = $1 order by subject, sequence`, [
        orderId,
      ]);
    return rows.map(({ type }) => type.replace('fulfilment.', ''));
  }

  /** No process is under way or stuck, and every invariant of every module holds. */
  async expectBooksInOrder(): Promise<void> {
    await eventually(async () => {
      const { body } = await this.#shop.admin.get('/admin/v1/system/sagas').query({ limit: 100 }).expect(200);
      const { items } = body as { items: { status: string }[] };
      expect(items.filter(({ status }) => status !== 'completed' && status !== 'failed')).toEqual([]);
    });
    const { body } = await this.#shop.admin.get('/admin/v1/system/audit').expect(200);
    expect((body as { items: { holds: boolean }[] }).items.filter(({ holds }) => !holds)).toEqual([]);
  }

  #post(path: string, body: object, key: string = randomUUID()) {
    return this.#shop.admin.post(path).set('Idempotency-Key', key).send(body);
  }
}
