import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SalesReport } from '../contract/index.ts';
import { salesReport, type DailySales } from './sales-report.ts';

const period = { from: '2010-12-01', to: '2010-12-04' };
const gbp = (amount: number) => ({ amount, currency: 'GBP' });

describe('the sales report', () => {
  it('shows each day and what they make together', () => {
    const first = {
      day: '2010-12-01',
      orders: 2,
      lines: 3,
      units: 9,
      gross: 5_000,
      refunds: 0,
      tax: 800,
      delivery: 300,
    };
    const second = {
      day: '2010-12-03',
      orders: 1,
      lines: 1,
      units: 1,
      gross: 1_000,
      refunds: 250,
      tax: 160,
      delivery: 0,
    };
    expect(salesReport(period, 'GBP', [first, second])).toEqual({
      from: '2010-12-01',
      to: '2010-12-04',
      currency: 'GBP',
      orders: 3,
      lines: 4,
      units: 10,
      gross: gbp(6_000),
      refunds: gbp(250),
      net: gbp(5_750),
      tax: gbp(960),
      delivery: gbp(300),
      byDay: [
        {
          day: '2010-12-01',
          orders: 2,
          gross: gbp(5_000),
          refunds: gbp(0),
          net: gbp(5_000),
          tax: gbp(800),
          delivery: gbp(300),
        },
        {
          day: '2010-12-03',
          orders: 1,
          gross: gbp(1_000),
          refunds: gbp(250),
          net: gbp(750),
          tax: gbp(160),
          delivery: gbp(0),
        },
      ],
    });
  });

  it('is all zeros, and no days, when nothing was sold', () => {
    expect(salesReport(period, 'JPY', [])).toMatchObject({ orders: 0, net: { amount: 0, currency: 'JPY' }, byDay: [] });
  });

  it('goes below zero on a day that gave back more than it sold', () => {
    const day = { day: '2010-12-02', orders: 0, lines: 0, units: 0, gross: 0, refunds: 700, tax: 0, delivery: 0 };
    const report = salesReport(period, 'GBP', [day]);
    expect(SalesReport.parse(report).net).toEqual(gbp(-700));
  });

  it('nets every day to gross less refunds, and all days to the whole', () => {
    const amount = fc.nat({ max: 1_000_000_000 });
    const sums = fc.record({
      orders: amount,
      lines: amount,
      units: amount,
      gross: amount,
      refunds: amount,
      tax: amount,
      delivery: amount,
    });
    fc.assert(
      fc.property(fc.array(sums, { maxLength: 400 }), (days) => {
        const byDay: DailySales[] = days.map((each) => ({ day: '2010-12-01', ...each }));
        const report = salesReport(period, 'GBP', byDay);
        expect(report.net.amount).toBe(report.gross.amount - report.refunds.amount);
        expect(report.byDay.reduce((total, { net }) => total + net.amount, 0)).toBe(report.net.amount);
      }),
    );
  });
});
