import { money, type Money } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';

/** An order is sold for what it costs, to the unit and in its currency. Throws `paidOtherwise`. */
export function assertPaid(orderId: string, total: Money, paid: Money | undefined): void {
  const given = paid ?? money(0, total.currency);
  if (given.amount === total.amount && given.currency === total.currency) return;
  throw Ordering.errors.paidOtherwise({ orderId, total, paid: paid ?? null });
}
