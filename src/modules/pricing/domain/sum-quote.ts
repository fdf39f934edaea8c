import { money, type Money } from '../../../shared/values/index.ts';
import type { QuotedLine, Totals } from '../contract/index.ts';
import { chargeable } from './price-lines.ts';

/** Items less discount, and delivery and tax on top. Throws `amountTooLarge` where a sum cannot be charged. */
export function sumQuote(lines: readonly QuotedLine[], delivery: Money | undefined, currency: string): Totals {
  const items = lines.reduce((sum, { total }) => chargeable(sum + total.amount), 0);
  // There are no promotions and no tax rates yet.
  const discount = 0;
  const tax = 0;
  const deliveryAmount = delivery?.amount ?? 0;
  const total = chargeable(items - discount + deliveryAmount + tax);
  return {
    items: money(items, currency),
    discount: money(discount, currency),
    delivery: money(deliveryAmount, currency),
    tax: money(tax, currency),
    total: money(total, currency),
  };
}
