import { Catalog } from '../../src/modules/catalog/contract/index.ts';
import { Fulfilment } from '../../src/modules/fulfilment/contract/index.ts';
import { Inventory } from '../../src/modules/inventory/contract/index.ts';
import { Ordering } from '../../src/modules/ordering/contract/index.ts';
import type { Operation } from '../../src/shared/contract/index.ts';

export interface Asked {
  readonly operation: Operation;
  readonly input: unknown;
}

/** The id with this prefix that came up last. */
type Latest = (prefix: string) => string;

const price = { amount: 1_250, currency: 'GBP' };
const variants = [
  { sku: 'TEA', prices: [price, { amount: 1_400, currency: 'EUR' }] },
  { sku: 'tea', prices: [price], tracked: false },
];

const fillCart = (email: string, quantity: number) => (): Asked => ({
  operation: Ordering.operations.createCart,
  input: { currency: 'GBP', email, lines: [{ sku: 'TEA', quantity }] },
});
const payWith =
  (token: string) =>
  (latest: Latest): Asked => ({
    operation: Ordering.operations.completeCart,
    input: { cartId: latest('crt'), payment: { provider: 'sandbox', token } },
  });

/** The first days of a shop: there is something of every kind to ask for. */
export const OPENING: readonly ((latest: Latest) => Asked)[] = [
  () => ({
    operation: Catalog.operations.createProduct,
    input: { handle: 'tea', title: 'Tea', status: 'published', variants },
  }),
  () => ({ operation: Inventory.operations.receiveStock, input: { lines: [{ sku: 'TEA', quantity: 50 }] } }),
  fillCart('a@example.com', 3),
  payWith('tok_ok'),
  (latest) => ({ operation: Fulfilment.operations.listShipments, input: { orderId: latest('ord') } }),
  (latest) => ({
    operation: Fulfilment.operations.dispatchShipment,
    input: { shipmentId: latest('shp'), lines: [{ orderLineId: latest('lin'), quantity: 2 }] },
  }),
  (latest) => ({
    operation: Fulfilment.operations.returnGoods,
    input: {
      orderId: latest('ord'),
      lines: [{ sku: 'TEA', quantity: 1, disposition: 'restock' }],
      reason: 'too much tea',
    },
  }),
  (latest) => ({
    operation: Ordering.operations.refundOrder,
    input: { orderId: latest('ord'), amount: { amount: 100, currency: 'GBP' }, reason: 'late' },
  }),
  fillCart('b@example.com', 1),
  payWith('tok_declined'),
];
