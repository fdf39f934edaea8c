import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { money, newId, type Money } from '../../../shared/values/index.ts';
import type { Order } from '../contract/index.ts';
import { planDispatch, type Dispatch } from './dispatch.ts';
import { planReturn, type Return } from './return.ts';

/** An order of a few lines with discount, delivery and tax, as staff or a promotion may have made it. */
const orders = fc
  .record({
    lines: fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 5 }),
        price: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 10 ** 9 })),
        tracked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    delivery: fc.nat({ max: 1_000 }),
    tax: fc.nat({ max: 1_000 }),
    discountPercent: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ lines, delivery, tax, discountPercent }) => toOrder(lines, delivery, tax, discountPercent));

/** Which pieces go next, and whether that is given up: by chance, until all are gone. */
const choices = fc.infiniteStream(fc.nat({ max: 1_000_000 }));

type TestOrder = Omit<Order, 'lines'> & {
  isCancelling: boolean;
  lines: (Order['lines'][number] & { tracked: boolean })[];
};

function toOrder(
  lines: readonly { quantity: number; price: number; tracked: boolean }[],
  delivery: number,
  tax: number,
  discountPercent: number,
): TestOrder {
  const gbp = (amount: number): Money => money(amount, 'GBP');
  const items = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const discount = Math.floor((items * discountPercent) / 100);
  const total = items - discount + delivery + tax;
  const order = {
    id: newId('ord'),
    currency: 'GBP',
    status: 'confirmed',
    isCancelling: false,
    refunded: gbp(0),
    totals: { items: gbp(items), discount: gbp(discount), delivery: gbp(delivery), tax: gbp(tax), total: gbp(total) },
    lines: lines.map(({ quantity, price, tracked }, index) => ({
      id: newId('lin'),
      sku: `SKU-${index}`,
      title: 'Goods',
      quantity,
      tracked,
      unitPrice: gbp(price),
      total: gbp(quantity * price),
      shippedQuantity: tracked ? quantity : 0,
      cancelledQuantity: 0,
      returnedQuantity: 0,
      refundedQuantity: 0,
    })),
  };
  return order as unknown as TestOrder;
}

/** A part of what is left, by chance: at least one piece of one line. */
function pick(left: ReadonlyMap<string, number>, next: () => number): { lineId: string; quantity: number }[] {
  const open = [...left].filter(([, quantity]) => quantity > 0);
  const first = next() % open.length;
  return open
    .map(([lineId, quantity], index) => ({
      lineId,
      quantity: index === first ? 1 + (next() % quantity) : next() % (quantity + 1),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** Parts that go one after the other, some given up and shared out anew, until every piece of the goods is gone. */
function goAll<Part extends { status: string; lines: readonly { lineId: string; quantity: number }[] }>(
  order: TestOrder,
  chance: Iterator<number>,
  plan: (earlier: readonly Part[], lines: { lineId: string; quantity: number }[]) => Part,
): Part[] {
  const next = (): number => chance.next().value as number;
  const parts: Part[] = [];
  const active = (): Part[] => parts.filter(({ status }) => status !== 'abandoned');
  for (;;) {
    const left = new Map(order.lines.filter(({ tracked }) => tracked).map(({ id, quantity }) => [id, quantity]));
    for (const { lineId, quantity } of active().flatMap(({ lines }) => [...lines])) {
      left.set(lineId, (left.get(lineId) ?? 0) - quantity);
    }
    if ([...left.values()].every((quantity) => quantity === 0)) return active();
    parts.push(plan(parts, pick(left, next)));
    const undone = next() % 10;
    const victim = parts[undone];
    if (parts.length < 40 && victim !== undefined) victim.status = 'abandoned';
  }
}

describe('the shares of an order’s total', () => {
  it('add up to it over all parcels, in whatever portions goods leave and however often one fails', () => {
    fc.assert(
      fc.property(orders, choices, (order, chance) => {
        fc.pre(order.lines.some(({ tracked }) => tracked));
        const parcels = goAll<{ -readonly [Key in keyof Dispatch]: Dispatch[Key] }>(
          order,
          chance,
          (earlier, lines) => ({
            id: newId('dsp'),
            orderId: order.id,
            status: 'begun',
            ...planDispatch(order, earlier, lines),
          }),
        );
        expect(parcels.every(({ amount }) => amount >= 0)).toBe(true);
        expect(parcels.reduce((sum, { amount }) => sum + amount, 0)).toBe(order.totals.total.amount);
      }),
    );
  });

  it('come back in full, but for delivery and services, in whatever portions goods return', () => {
    fc.assert(
      fc.property(orders, choices, (order, chance) => {
        fc.pre(order.lines.every(({ tracked }) => tracked));
        const returns = goAll<{ -readonly [Key in keyof Return]: Return[Key] }>(order, chance, (earlier, lines) => {
          const given = earlier.filter(({ status }) => status !== 'abandoned');
          const refunded = given.reduce((sum, { amount }) => sum + amount, 0);
          const counted = order.lines.map((line) => ({
            ...line,
            refundedQuantity: given
              .flatMap((each) => each.lines.filter(({ lineId }) => lineId === line.id))
              .reduce((sum, each) => sum + each.refundedQuantity, 0),
          }));
          const now = { ...order, lines: counted, refunded: money(refunded, 'GBP') };
          const plan = planReturn(now, earlier, { lines });
          return { id: newId('ret'), orderId: order.id, status: 'begun', refundId: null, ...plan };
        });
        const { total, delivery } = order.totals;
        expect(returns.every(({ amount }) => amount >= 0)).toBe(true);
        expect(returns.reduce((sum, { amount }) => sum + amount, 0)).toBe(total.amount - delivery.amount);
      }),
    );
  });
});
