import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { CLOCK } from '../../../shared/module/index.ts';
import type { Clock } from '../../../shared/values/index.ts';
import type { Reporting } from '../contract/index.ts';
import { salesPeriod } from '../domain/sales-period.ts';
import { salesReport } from '../domain/sales-report.ts';
import { SalesReader } from '../persistence/sales.reader.ts';

type Operation = typeof Reporting.operations.getSalesReport;

export class GetSalesReport implements UseCase<Operation> {
  constructor(
    @inject(SalesReader) private readonly sales: SalesReader,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ currency, ...asked }: ParsedInputOf<Operation>, work: UnitOfWork): Promise<OutputOf<Operation>> {
    const period = salesPeriod(asked, this.clock.now());
    return salesReport(period, currency, await this.sales.readDays(work, period, currency));
  }
}
