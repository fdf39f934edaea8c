import type { DataOf } from '../../../shared/contract/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';

type Confirmed = DataOf<typeof Ordering.events.orderConfirmed>;

/** A confirmed order as ordering tells of it: two pots of tea and their wrapping. */
export function confirmedOrder(changes: Partial<Confirmed> = {}): Confirmed {
  const currency = changes.currency ?? 'GBP';
  const of = (amount: number) => money(amount, currency);
  return Ordering.events.orderConfirmed.data.parse({
    orderId: newId('ord'),
    number: 1001,
    email: 'ada@example.com',
    currency,
    lines: [
      { id: newId('lin'), sku: 'TEA', title: 'Tea', quantity: 2, unitPrice: of(600), total: of(1_200), tracked: true },
      {
        id: newId('lin'),
        sku: 'WRAP',
        title: 'Wrapping',
        quantity: 1,
        unitPrice: of(50),
        total: of(50),
        tracked: false,
      },
    ],
    shippingAddress: { name: 'Ada Shopper', line1: '1 Market Street', city: 'Leeds', country: 'GB' },
    deliveryOption: 'standard',
    totals: { items: of(1_250), discount: of(0), delivery: of(300), tax: of(250), total: of(1_800) },
    placedAt: '2010-12-01T08:26:00.000Z',
    ...changes,
  });
}
