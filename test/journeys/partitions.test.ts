import { describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { modules } from '../../src/modules/index.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { withSeed, type SeededRandom } from '../faults/lab/seed.ts';
import { expectBooksInOrder } from './books.ts';
import { startPartition, type Part, type Partition } from './partition.ts';
import type { Shop } from './shop.ts';

const TEST_LIMIT_MS = 120_000;
/** More by PARTITIONS=20 npx jest test/journeys/partitions. */
const PARTITIONS = Number(process.env['PARTITIONS'] ?? 3);
const MAX_PROCESSES = 5;

const ROLES_APART = ['http', 'sagas', 'subscribers'];
const NAMES = modules.map(({ contract }) => contract.name);

describe('a shop in any number of processes', () => {
  it(
    'answers the same, word for word, wherever its modules are',
    async () => {
      const expected = await answersIn([{ modules: NAMES }]);
      expect(expected.length).toBeGreaterThan(10);
      await withSeed('partitions', async (random) => {
        for (let count = 0; count < PARTITIONS; count += 1) {
          const partition = partitionAtRandom(random);
          expect({ partition, answers: await answersIn(partition) }).toEqual({ partition, answers: expected });
        }
      });
    },
    TEST_LIMIT_MS * (PARTITIONS + 1),
  );
});

/** Every module in one of 2 to 5 groups, in any order, none of which is empty. One has its roles apart. */
function partitionAtRandom(random: SeededRandom): Partition {
  const groups: string[][] = Array.from({ length: random.integer(2, MAX_PROCESSES) }, () => []);
  for (const [index, name] of random.shuffle(NAMES).entries()) {
    (index < groups.length ? groups[index] : random.pick(groups))?.push(name);
  }
  // Each of these processes has a payment provider of its own, so the group with payments stays in one.
  const apart = random.pick(groups.filter((names) => !names.includes('payments')));
  return groups.flatMap((names): Part[] =>
    names === apart ? ROLES_APART.map((roles) => ({ modules: names, roles })) : [{ modules: names }],
  );
}

async function answersIn(partition: Partition): Promise<string[]> {
  const shop = await startPartition(partition);
  try {
    return await goShopping(shop);
  } finally {
    await shop.stop();
  }
}

/** What is sold, refused, given back and looked at, as what was answered to each request. */
async function goShopping(shop: Shop): Promise<string[]> {
  const { admin, store } = shop;
  const answers: string[] = [];
  const note = (response: Response): Response => {
    answers.push(`${response.status} ${comparable(response.text)}`);
    return response;
  };
  const buy = async (quantity: number, token: string): Promise<Response> => {
    const lines = [{ sku: 'TEA', quantity }];
    const cart = note(await store.post('/store/v1/carts').send({ currency: 'GBP', email: 'a@example.com', lines }));
    const payment = { provider: 'sandbox', token };
    const asked = store.post(`/store/v1/carts/${cart.body.id}/complete`).set('Idempotency-Key', `buy-${quantity}`);
    return note(await asked.send({ payment }));
  };
  const variants = [{ sku: 'TEA', prices: [{ amount: 1_250, currency: 'GBP' }] }];
  note(await admin.post('/admin/v1/products').send({ handle: 'tea', title: 'Tea', status: 'published', variants }));
  note(await admin.post('/admin/v1/products').send({ handle: 'tea', title: 'Tea', colour: 'red' }));
  note(await admin.post('/admin/v1/stock/receipts').send({ lines: [{ sku: 'TEA', quantity: 5 }] }));
  note(await admin.post('/admin/v1/stock/receipts').send({ lines: [{ sku: 'MATE', quantity: 5 }] }));
  const bought = await buy(3, 'tok_ok');
  note(await buy(1, 'tok_declined'));
  note(await buy(4, 'tok_ok'));
  const order = `/admin/v1/orders/${bought.body.order.id}`;
  await eventually(async () => {
    const { body } = await admin.get('/admin/v1/messages').query({ orderId: bought.body.order.id });
    expect(body.items).toHaveLength(1);
  });
  note(await admin.get('/admin/v1/messages').query({ orderId: bought.body.order.id }));
  note(
    await admin
      .post(`${order}/refunds`)
      .set('Idempotency-Key', 'r1')
      .send({ amount: { amount: 100, currency: 'GBP' }, reason: 'late' }),
  );
  note(await admin.post(`${order}/cancel`).set('Idempotency-Key', 'c1').send({ reason: 'changed their mind' }));
  note(await admin.get(order));
  note(await admin.get('/admin/v1/stock').query({ sku: 'TEA' }));
  note(await admin.get('/admin/v1/payments/sandbox/charges'));
  note(await store.get('/store/v1/products'));
  note(await store.get('/admin/v1/orders'));
  // The way between processes is none for the public.
  note(await store.post('/calls/identity.authenticate').send({}));
  await expectBooksInOrder(shop);
  return answers;
}

/** Without what is new each time: ids, tokens, times. */
function comparable(text: string): string {
  return text
    .replace(/\b([a-z]{2,4})_[0-9a-z]{20,}/g, '$1_…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"requestId":"[^"]+"/g, '"requestId":"…"')
    .replace(/"accessToken":"[^"]+"/g, '"accessToken":"…"');
}
