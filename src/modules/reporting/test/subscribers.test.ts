import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money, newId } from '../../../shared/values/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import type { DailySales } from '../domain/sales-report.ts';
import { SalesReader } from '../persistence/sales.reader.ts';
import { SalesRepository } from '../persistence/sales.repository.ts';
import { CountOrderWhenOrderConfirmed } from '../subscribers/count-order-when-order-confirmed.ts';
import { CountRefundWhenCreditNoteIssued } from '../subscribers/count-refund-when-credit-note-issued.ts';
import { CountRefundWhenOrderCancelled } from '../subscribers/count-refund-when-order-cancelled.ts';
import { CountRefundWhenOrderRefunded } from '../subscribers/count-refund-when-order-refunded.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ScratchDatabase } from '../../../shared/testing/index.ts';

const { orderConfirmed, orderRefunded, orderCancelled, creditNoteIssued } = Ordering.events;
const countOrder = new CountOrderWhenOrderConfirmed(new SalesRepository());
const countRefund = new CountRefundWhenOrderRefunded(new SalesRepository());
const countCancellation = new CountRefundWhenOrderCancelled(new SalesRepository());
const countCreditNote = new CountRefundWhenCreditNoteIssued(new SalesRepository());

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await ScratchDatabase.start('reporting');
}, 60_000);
afterAll(() => scratch.stop());

/** Each test has a month of its own. */
async function daysOf(month: string, currency = 'GBP'): Promise<DailySales[]> {
  const period = { from: `${month}-01`, to: `${month}-28` };
  return await new SalesReader().readDays(scratch.database.reader(scratch.context()), period, currency);
}

const nothing = { orders: 0, lines: 0, units: 0, gross: 0, refunds: 0, tax: 0, delivery: 0 };
const oneOrder = { ...nothing, orders: 1, lines: 2, units: 3, gross: 1_800, tax: 250, delivery: 300 };

describe('sales by day', () => {
  it('count an order on the day it was placed, in its own currency', async () => {
    await scratch.hear(orderConfirmed, countOrder, confirmedOrder({ placedAt: '2011-01-05T23:59:59.999Z' }));
    await scratch.hear(orderConfirmed, countOrder, confirmedOrder({ placedAt: '2011-01-06T00:00:00Z' }));
    await scratch.hear(
      orderConfirmed,
      countOrder,
      confirmedOrder({ placedAt: '2011-01-06T10:00:00Z', currency: 'EUR' }),
    );
    expect(await daysOf('2011-01')).toEqual([
      { day: '2011-01-05', ...oneOrder },
      { day: '2011-01-06', ...oneOrder },
    ]);
    expect(await daysOf('2011-01', 'EUR')).toEqual([{ day: '2011-01-06', ...oneOrder }]);
  });

  it('count money given back on the day it was given back, whatever the reason', async () => {
    const orderId = newId('ord');
    await scratch.hear(orderRefunded, countRefund, {
      orderId,
      refundId: newId('ref'),
      amount: money(100, 'GBP'),
      refundedAt: '2011-02-01T12:00:00Z',
    });
    await scratch.hear(orderCancelled, countCancellation, {
      orderId,
      number: 1,
      reason: 'late',
      refunded: money(20, 'GBP'),
      cancelledAt: '2011-02-01T13:00:00Z',
    });
    await scratch.hear(creditNoteIssued, countCreditNote, {
      creditNoteId: newId('crn'),
      number: 1,
      reference: 'C1',
      total: money(3, 'GBP'),
      issuedAt: '2011-02-02T00:00:00Z',
    });
    expect(await daysOf('2011-02')).toEqual([
      { day: '2011-02-01', ...nothing, refunds: 120 },
      { day: '2011-02-02', ...nothing, refunds: 3 },
    ]);
  });

  it('do not show a day on which an unpaid order was cancelled and nothing else happened', async () => {
    await scratch.hear(orderCancelled, countCancellation, {
      orderId: newId('ord'),
      number: 1,
      reason: 'late',
      refunded: money(0, 'GBP'),
      cancelledAt: '2011-03-01T13:00:00Z',
    });
    expect(await daysOf('2011-03')).toEqual([]);
  });
});

describe('what was heard already', () => {
  it('counts once, even if it were handled eight times at once', async () => {
    const order = confirmedOrder({ placedAt: '2011-04-01T10:00:00Z' });
    const refund = {
      orderId: order.orderId,
      refundId: newId('ref'),
      amount: money(100, 'GBP'),
      refundedAt: order.placedAt,
    };
    const cancelledAt = order.placedAt;
    const cancellation = { orderId: order.orderId, number: 1, reason: 'late', refunded: money(20, 'GBP'), cancelledAt };
    const note = {
      creditNoteId: newId('crn'),
      number: 1,
      reference: 'C2',
      total: money(3, 'GBP'),
      issuedAt: order.placedAt,
    };
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        await scratch.hear(orderConfirmed, countOrder, order);
        await scratch.hear(orderRefunded, countRefund, refund);
        await scratch.hear(orderCancelled, countCancellation, cancellation);
        await scratch.hear(creditNoteIssued, countCreditNote, note);
      }),
    );
    expect(await daysOf('2011-04')).toEqual([{ day: '2011-04-01', ...oneOrder, refunds: 123 }]);
  });

  it('counts once when the bus brings it twice', async () => {
    await scratch.deliver(orderConfirmed, countOrder, confirmedOrder({ placedAt: '2011-05-01T10:00:00Z' }), 2);
    const refundedAt = '2011-05-01T11:00:00Z';
    const refund = { orderId: newId('ord'), refundId: newId('ref'), amount: money(100, 'GBP'), refundedAt };
    await scratch.deliver(orderRefunded, countRefund, refund, 2);
    expect(await daysOf('2011-05')).toEqual([{ day: '2011-05-01', ...oneOrder, refunds: 100 }]);
  });

  it('counts once when the process dies halfway and begins again', async () => {
    const order = confirmedOrder({ placedAt: '2011-06-01T10:00:00Z' });
    await scratch.hearAndDie(orderConfirmed, countOrder, order);
    expect(await daysOf('2011-06')).toEqual([]);
    await scratch.hear(orderConfirmed, countOrder, order);
    expect(await daysOf('2011-06')).toEqual([{ day: '2011-06-01', ...oneOrder }]);
  });
});

describe('a busy day', () => {
  it('adds up to the penny when eight handlers count orders and refunds of the same days', async () => {
    const events = Array.from({ length: 400 }, (_, index) => index);
    const placedAt = (index: number): string => `2011-07-0${(index % 2) + 1}T10:00:00Z`;
    const work = async (): Promise<void> => {
      for (let index = events.pop(); index !== undefined; index = events.pop()) {
        const order = confirmedOrder({ placedAt: placedAt(index) });
        await scratch.hear(orderConfirmed, countOrder, order);
        const refund = {
          orderId: order.orderId,
          refundId: newId('ref'),
          amount: money(1, 'GBP'),
          refundedAt: placedAt(index + 1),
        };
        await scratch.hear(orderRefunded, countRefund, refund);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    const ofDay = { orders: 200, lines: 400, units: 600, gross: 360_000, refunds: 200, tax: 50_000, delivery: 60_000 };
    expect(await daysOf('2011-07')).toEqual([
      { day: '2011-07-01', ...ofDay },
      { day: '2011-07-02', ...ofDay },
    ]);
  }, 30_000);

  it('leaves sums that equal what was recorded of each order and refund', async () => {
    const differing = await scratch.rows(
      `select currency, day, sum(orders), sum(lines), sum(units), sum(gross), sum(tax), sum(delivery), sum(refunds) from (
         select currency, day, 1 as orders, lines, units, gross, tax, delivery, 0 as refunds from recorded_orders
         union all select currency, day, 0, 0, 0, 0, 0, 0, amount from recorded_refunds where amount > 0
         union all select currency, day, -orders, -lines, -units, -gross, -tax, -delivery, -refunds from daily_sales) as entries
       group by currency, day
       having sum(orders) <> 0 or sum(lines) <> 0 or sum(units) <> 0 or sum(gross) <> 0 or sum(tax) <> 0
           or sum(delivery) <> 0 or sum(refunds) <> 0`,
    );
    expect(differing).toEqual([]);
  });
});
