import { expect } from '@jest/globals';
import { eventually } from '../../src/shared/testing/index.ts';
import { stockOf, type Shop } from './shop.ts';

interface LedgerEntry {
  readonly kind: keyof typeof NOTHING_MOVED;
  readonly quantity: number;
}

const PAGE = 100;

/** No piece of any kind of movement. */
const NOTHING_MOVED = {
  received: 0,
  reserved: 0,
  released: 0,
  expired: 0,
  allocated: 0,
  deallocated: 0,
  shipped: 0,
  unshipped: 0,
  returned: 0,
  written_off: 0,
};

/** Stock of a SKU as the ledger has it: every piece that moved, summed up. */
export async function stockByLedger({ admin }: Shop, sku: string) {
  const sums = { ...NOTHING_MOVED };
  let cursor: string | null = null;
  do {
    const page: { items: LedgerEntry[]; nextCursor: string | null } = (
      await admin
        .get('/admin/v1/stock/ledger')
        .query({ sku, limit: PAGE, ...(cursor === null ? {} : { cursor }) })
        .expect(200)
    ).body;
    for (const { kind, quantity } of page.items) sums[kind] += quantity;
    cursor = page.nextCursor;
  } while (cursor !== null);
  const reserved = sums.reserved - sums.released - sums.expired - sums.allocated;
  const sent = sums.shipped - sums.unshipped;
  const allocated = sums.allocated - sums.deallocated - sent;
  const onHand = sums.received + sums.returned - sums.written_off - sent;
  return { onHand, reserved, allocated, available: onHand - reserved - allocated };
}

/** The shelves hold what they should, and the ledger says why. */
export async function expectStock(shop: Shop, sku: string, stock: { onHand: number; allocated: number }) {
  const wanted = { ...stock, reserved: 0, available: stock.onHand - stock.allocated };
  expect(await stockOf(shop, sku)).toMatchObject(wanted);
  expect(await stockByLedger(shop, sku)).toEqual(wanted);
}

/** Every invariant of every module holds, and no process is under way or stuck. */
export async function expectBooksInOrder({ admin }: Shop): Promise<void> {
  await eventually(async () => {
    for (const status of ['running', 'compensating', 'needs_attention']) {
      const { body } = await admin.get('/admin/v1/system/sagas').query({ status }).expect(200);
      expect(body.items).toEqual([]);
    }
    const { body: letters } = await admin.get('/admin/v1/system/dead-letters').expect(200);
    expect(letters.items).toEqual([]);
  });
  const { body } = await admin.get('/admin/v1/system/audit').expect(200);
  expect(body.items.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
}
