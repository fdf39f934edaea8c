import { expect } from '@jest/globals';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { ContractError } from '../../../shared/errors/index.ts';
import type { World } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Inventory, type StockLevel } from '../contract/index.ts';
import { StockAuditReader } from '../persistence/stock-audit.reader.ts';

const AUDIT_LIMIT = 10;
/** A receipt's `stock` is the pieces of each SKU. */
type Stock = Readonly<Record<string, number>>;
let made = 0;

/** SKUs of a test's own, so that tests do not share stock. */
export function newSkus(...names: string[]): string[] {
  made += 1;
  return names.map((name) => `${name}-${made}`);
}

export const newOrder = (): string => newId('ord');
export const newDispatch = (): string => newId('dsp');

export const toLines = (stock: Stock) => Object.entries(stock).map(([sku, quantity]) => ({ sku, quantity }));

/** What the shopkeeper does before any test: publish goods and receive some. */
export class StockRoom {
  readonly #shop: World;

  constructor(shop: World) {
    this.#shop = shop;
  }

  async publish(skus: readonly string[], tracked = true): Promise<void> {
    made += 1;
    await this.#shop.admin
      .post('/admin/v1/products')
      .set('Idempotency-Key', newId('key'))
      .send({
        handle: `goods-${made}`,
        title: 'Goods',
        status: 'published',
        variants: skus.map((sku) => ({ sku, title: sku, tracked, prices: [{ amount: 100, currency: 'GBP' }] })),
      })
      .expect(201);
  }

  async receive(stock: Stock, location = 'main'): Promise<void> {
    await this.#shop.admin
      .post('/admin/v1/stock/receipts')
      .send({ lines: toLines(stock), location })
      .expect(201);
  }

  async fill(stock: Stock): Promise<void> {
    await this.publish(Object.keys(stock));
    await this.receive(stock);
  }

  async levels(sku: string): Promise<StockLevel[]> {
    const { body } = await this.#shop.admin.get('/admin/v1/stock').query({ sku }).expect(200);
    return (body as { items: StockLevel[] }).items;
  }

  async reserve(orderId: string, stock: Stock): Promise<{ reservationId: string; expiresAt: string }> {
    return await this.#shop.client(Inventory).reserveStock({ orderId, lines: toLines(stock) }, this.#shop.context());
  }

  async allocate(orderId: string): Promise<void> {
    await this.#shop.client(Inventory).allocateStock({ orderId }, this.#shop.context());
  }

  async release(orderId: string): Promise<void> {
    await this.#shop.client(Inventory).releaseStock({ orderId }, this.#shop.context());
  }

  async ship(orderId: string, dispatchId: string, stock: Stock): Promise<void> {
    await this.#shop.client(Inventory).shipStock({ orderId, dispatchId, lines: toLines(stock) }, this.#shop.context());
  }

  async unship(orderId: string, dispatchId: string): Promise<void> {
    await this.#shop.client(Inventory).unshipStock({ orderId, dispatchId }, this.#shop.context());
  }

  /** An order that owns these goods. */
  async sell(stock: Stock): Promise<string> {
    const orderId = newOrder();
    await this.reserve(orderId, stock);
    await this.allocate(orderId);
    return orderId;
  }

  async expire(): Promise<number> {
    return (await this.#shop.client(Inventory).expireReservations({}, this.#shop.context())).expired;
  }

  /** Turns the clock of these reservations: their half hour is over. */
  async letTimePass(orderIds: readonly string[]): Promise<void> {
    await this.change((work) =>
      work.run('update reservations set expires_at = now() where order_id = any($1)', [[...orderIds]]),
    );
  }

  async change<Result>(body: (work: UnitOfWork) => Promise<Result>): Promise<Result> {
    return await this.#shop.database('inventory').transaction(this.#shop.context(), body);
  }

  /** Data of all events about an order, in order. */
  async events(orderId: string): Promise<{ type: string; data: unknown }[]> {
    const reader = this.#shop.database('inventory').reader(this.#shop.context());
    return await reader.rows('select type, data from outbox where subject = $1 order by sequence', [orderId]);
  }

  /** Kind and pieces of all that happened to a SKU, the oldest first. */
  async movements(sku: string): Promise<[string, number][]> {
    const { body } = await this.#shop.admin.get('/admin/v1/stock/ledger').query({ sku, limit: 100 }).expect(200);
    const { items } = body as { items: { kind: string; quantity: number }[] };
    return items.map(({ kind, quantity }): [string, number] => [kind, quantity]).reverse();
  }

  /** Stock, ledger and reservations tell the same story. */
  async expectBooksToAgree(): Promise<void> {
    const reader = this.#shop.database('inventory').reader(this.#shop.context());
    expect(await new StockAuditReader().differences(reader, AUDIT_LIMIT)).toEqual([]);
  }
}

/** How each attempt ended: `done`, or the code of its refusal. Anything else is a fault and is thrown. */
export async function outcomes(attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(attempts);
  return settled.map((result) => {
    if (result.status === 'fulfilled') return 'done';
    if (result.reason instanceof ContractError) return result.reason.code;
    throw result.reason;
  });
}

export const countOf = (wanted: string, all: readonly string[]): number => all.filter((one) => one === wanted).length;
