import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type * as Testing from '../../../shared/testing/index.ts';
import type { World } from '../../../shared/testing/index.ts';
import { buyWith, chargeOf, lastOrder } from './paid-order.ts';

const START_LIMIT_MS = 60_000;

let shop: World;
let stop: () => Promise<void>;

beforeAll(async () => {
  const { startWorld } = loadWithoutCheck();
  const started = await startWorld({ name: 'unguarded', calls: 'direct', queues: 'postgres' }, {});
  shop = started.world;
  stop = started.stop;
}, START_LIMIT_MS);

afterAll(async () => {
  await stop();
}, START_LIMIT_MS);

it('without the check of the amount, an order would be sold for something else than it costs', async () => {
  const { completed } = await buyWith(shop, 'tok_surcharged');
  expect(completed.status).toBe(201);
  const order = await lastOrder(shop);
  expect(order).toMatchObject({ status: 'confirmed', totals: { total: { amount: 600 } } });
  expect(await chargeOf(shop, order.id)).toMatchObject({ status: 'captured', amount: { amount: 601 } });
});

/** The application as a process has it that was started without the check: all of its modules are loaded anew. */
function loadWithoutCheck(): typeof Testing {
  process.env['BANYAN_TEST_WITHOUT'] = 'amount check';
  jest.resetModules();
  const testing = jest.requireActual<typeof Testing>('../../../shared/testing/index.ts');
  jest.requireActual('../../../../test/setup/register-application.ts');
  delete process.env['BANYAN_TEST_WITHOUT'];
  return testing;
}
