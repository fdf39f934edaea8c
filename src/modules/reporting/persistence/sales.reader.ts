import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { SalesPeriod } from '../domain/sales-period.ts';
import type { DailySales } from '../domain/sales-report.ts';

export class SalesReader {
  /** The days of a period on which something happened, oldest first: a period's limit is theirs too. */
  async readDays(work: UnitOfWork, period: SalesPeriod, currency: string): Promise<DailySales[]> {
    return await work.rows<DailySales>(
      `select to_char(day, 'YYYY-MM-DD') as day, orders, lines, units, gross, refunds, tax, delivery
       from daily_sales where currency = $1 and day >= $2::date and day < $3::date order by daily_sales.day`,
      [currency, period.from, period.to],
    );
  }
}
