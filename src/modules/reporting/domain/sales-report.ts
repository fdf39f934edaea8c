import type { SalesReport } from '../contract/index.ts';
import type { SalesPeriod } from './sales-period.ts';

/** The sums of one day, amounts in minor units. */
export interface DailySales {
  readonly day: string;
  readonly orders: number;
  readonly lines: number;
  readonly units: number;
  readonly gross: number;
  readonly refunds: number;
  readonly tax: number;
  readonly delivery: number;
}

/** The days as they are shown, and their sums. */
export function salesReport(period: SalesPeriod, currency: string, byDay: readonly DailySales[]): SalesReport {
  const sum = (of: Exclude<keyof DailySales, 'day'>): number => byDay.reduce((total, each) => total + each[of], 0);
  return {
    from: period.from,
    to: period.to,
    currency,
    lines: sum('lines'),
    units: sum('units'),
    ...figures(currency, {
      orders: sum('orders'),
      gross: sum('gross'),
      refunds: sum('refunds'),
      tax: sum('tax'),
      delivery: sum('delivery'),
    }),
    byDay: byDay.map((each) => ({ day: each.day, ...figures(currency, each) })),
  };
}

type Figures = Omit<SalesReport['byDay'][number], 'day'>;

function figures(currency: string, sums: Omit<DailySales, 'day' | 'lines' | 'units'>): Figures {
  return {
    orders: sums.orders,
    gross: { amount: sums.gross, currency },
    refunds: { amount: sums.refunds, currency },
    net: { amount: sums.gross - sums.refunds, currency },
    tax: { amount: sums.tax, currency },
    delivery: { amount: sums.delivery, currency },
  };
}
