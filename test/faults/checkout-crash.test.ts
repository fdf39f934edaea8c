import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EXPIRE } from '../../src/modules/inventory/persistence/reservation-statements.ts';
import { checkoutSaga } from '../../src/modules/ordering/sagas/checkout.saga.ts';
import {
  createTestDatabase,
  eventually,
  TEST_ROLE_PREFIX,
  TEST_SECRET,
  type TestDatabase,
} from '../../src/shared/testing/index.ts';
import { chargesOf, complete, fillCart, stockVariant } from '../journeys/shop.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { ADMIN_KEY, buildApp, ChildApp } from './child-app.ts';
import { crashPointsOf } from './crash-points.ts';

const TEST_LIMIT_MS = 120_000;
const PIECES = 5;
const BOUGHT = 2;

/** A purchase that is killed at a point, and what must have come of it in the end. */
interface Case {
  readonly point: string;
  readonly token: string;
  readonly ends: 'confirmed' | 'rejected';
  readonly answer: { readonly status: number; readonly code?: string };
  readonly charges: readonly string[];
  /** While the payment is pending the hold on the stock runs out, so that what was paid has to be given back. */
  readonly holdRunsOut?: boolean;
}

const confirmed = (point: string, token: string): Case => ({
  point,
  token,
  ends: 'confirmed',
  answer: { status: 201 },
  charges: ['captured'],
});

const points = crashPointsOf(checkoutSaga);
const cases: readonly Case[] = [
  ...points.filter((point) => !point.endsWith('/undo')).map((point) => confirmed(point, 'tok_ok')),
  confirmed('ordering.checkout/take payment/after', 'tok_pending'),
  confirmed('ordering.checkout/take payment/after', 'tok_charged_then_timeout'),
  {
    point: 'ordering.checkout/reserve stock/undo',
    token: 'tok_declined',
    ends: 'rejected',
    answer: { status: 402, code: 'payments.declined' },
    charges: ['declined'],
  },
  {
    point: 'ordering.checkout/take payment/undo',
    token: 'tok_pending',
    holdRunsOut: true,
    ends: 'rejected',
    answer: { status: 409, code: 'inventory.reservation_expired' },
    charges: ['refunded'],
  },
];

describe('a process that is killed in the middle of a checkout', () => {
  const hit = new Set<string>();
  let database: TestDatabase;
  let dataDir: string;
  let app: ChildApp | undefined;

  const start = (environment: Record<string, string> = {}): ChildApp => {
    app = new ChildApp({
      environment: {
        DATABASE_URL: database.url,
        BANYAN_ROLE_PREFIX: TEST_ROLE_PREFIX,
        BANYAN_SECRET: TEST_SECRET,
        BANYAN_ADMIN_KEY: ADMIN_KEY,
        BANYAN_DATA_DIR: dataDir,
        PAYMENT_SANDBOX: 'true',
        PAYMENT_TIMEOUT_MS: '1000',
        SANDBOX_PENDING_MS: '1500',
        SAGA_LEASE_MS: '1000',
        RATE_LIMIT: 'off',
        PORT: '0',
        ...environment,
      },
    });
    return app;
  };

  beforeAll(async () => {
    buildApp();
    database = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'banyan-crash-'));
  }, TEST_LIMIT_MS);
  // Also after a failure: whatever still runs would hold the sandbox's books.
  afterEach(async () => {
    await app?.stop();
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }, TEST_LIMIT_MS);

  it.each(cases)(
    'at $point ($token) is taken over: the order ends as $ends, paid at most once',
    async ({ point, token, ends, answer, charges, holdRunsOut }) => {
      const victim = start({ BANYAN_CRASH_AT: point });
      const before = await victim.shop();
      const sku = await stockVariant(before, { pieces: PIECES });
      const cart = await fillCart(before, sku, BOUGHT);
      const asked = complete(before, cart, token, 'the-key').then(
        () => 'answered',
        () => 'cut off',
      );
      if (holdRunsOut === true) await endHold(database.url, cart);
      expect(await victim.ending()).toEqual({ code: null, signal: 'SIGKILL' });
      hit.add(point);
      await asked;

      const shop = await start().shop();
      const first = await completeInTheEnd(shop, cart, token);
      expect({ status: first.status, code: first.body.code }).toEqual({ code: undefined, ...answer });
      const order = await eventually(async () => {
        const { body } = await shop.admin.get('/admin/v1/orders').query({ limit: 1 }).expect(200);
        expect(body.items[0]).toMatchObject({ status: ends, lines: [{ sku }] });
        return body.items[0];
      });
      if (ends === 'confirmed') expect(first.body.order.id).toBe(order.id);
      expect((await chargesOf(shop, order.id)).map(({ status }) => status)).toEqual(charges);
      await expectStock(shop, sku, { onHand: PIECES, allocated: ends === 'confirmed' ? BOUGHT : 0 });
      await eventually(async () => {
        const { body } = await shop.admin.get('/admin/v1/shipments').query({ orderId: order.id }).expect(200);
        expect(body.items).toHaveLength(ends === 'confirmed' ? 1 : 0);
      });
      const again = await complete(shop, cart, token, 'the-key');
      expect([again.status, withoutRequest(again.body)]).toEqual([first.status, withoutRequest(first.body)]);
      await expectBooksInOrder(shop);
    },
    TEST_LIMIT_MS,
  );

  it('was killed at every point that the checkout has', () => {
    expect([...hit].sort()).toEqual([...points].sort());
  });
});

/** A refusal names the request that it answers; all else of it stays the same. */
function withoutRequest({ requestId: _, ...rest }: { requestId?: string }): object {
  return rest;
}

/** The same request with the same key, until the checkout that it began has come to its end. */
async function completeInTheEnd(shop: Parameters<typeof complete>[0], cart: string, token: string) {
  return await eventually(async () => {
    const response = await complete(shop, cart, token, 'the-key');
    expect(response.status).not.toBe(202);
    return response;
  });
}

/** What the schedule does when the hold on a cart's stock is over, as soon as there is one. */
async function endHold(url: string, cartId: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await eventually(async () => {
      const { rowCount } = await client.query(
        `update inventory.reservations set expires_at = now()
         where status = 'reserved' and order_id = (select order_id from ordering.carts where id = $1)`,
        [cartId],
      );
      expect(rowCount).toBe(1);
    });
    await client.query('set search_path = inventory');
    await client.query(EXPIRE, [1, 'expired']);
  } finally {
    await client.end();
  }
}
