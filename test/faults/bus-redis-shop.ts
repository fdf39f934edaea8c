import { expect } from '@jest/globals';
import pg from 'pg';
import { modules } from '../../src/modules/index.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder } from '../journeys/books.ts';
import { complete, fillCart, stockVariant, type Shop } from '../journeys/shop.ts';

const SETTLE_LIMIT_MS = 60_000;

/** A purchase that is paid and confirmed at once. Returns the order's id. */
export async function buyOne(shop: Shop): Promise<string> {
  const cart = await fillCart(shop, await stockVariant(shop, { pieces: 1 }));
  const { body } = await complete(shop, cart).expect(201);
  expect(body.order).toMatchObject({ status: 'confirmed' });
  return body.order.id;
}

/** All that follows from these purchases has happened, each once, and nothing is on its way any more. */
export async function expectAllDone(shop: Shop, databaseUrl: string, orderIds: readonly string[]): Promise<void> {
  await eventually(async () => {
    expect(await openDeliveries(databaseUrl)).toBe(0);
  }, SETTLE_LIMIT_MS);
  for (const orderId of orderIds) {
    const { body } = await shop.admin.get('/admin/v1/shipments').query({ orderId }).expect(200);
    expect(body.items).toHaveLength(1);
  }
  await expectBooksInOrder(shop);
}

/** What subscribers have not acknowledged, of all modules. */
export async function openDeliveries(databaseUrl: string): Promise<number> {
  const each = modules.map(({ contract }) => `select from ${contract.name}.deliveries where state <> 'acknowledged'`);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(each.join(' union all '))).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
