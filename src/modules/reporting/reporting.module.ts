import { defineModule, on } from '../../shared/module/index.ts';
import { Ordering } from '../ordering/contract/index.ts';
import { Reporting } from './contract/index.ts';
import { SalesReader } from './persistence/sales.reader.ts';
import { SalesRepository } from './persistence/sales.repository.ts';
import { reportingRoutes } from './reporting.routes.ts';
import { CountOrderWhenOrderConfirmed } from './subscribers/count-order-when-order-confirmed.ts';
import { CountRefundWhenCreditNoteIssued } from './subscribers/count-refund-when-credit-note-issued.ts';
import { CountRefundWhenOrderCancelled } from './subscribers/count-refund-when-order-cancelled.ts';
import { CountRefundWhenOrderRefunded } from './subscribers/count-refund-when-order-refunded.ts';
import { GetSalesReport } from './use-cases/get-sales-report.ts';

export const reportingModule = defineModule(Reporting, {
  provides: [SalesRepository, SalesReader],
  operations: { getSalesReport: GetSalesReport },
  subscriptions: [
    on(Ordering.events.orderConfirmed, CountOrderWhenOrderConfirmed, { from: 'beginning' }),
    on(Ordering.events.orderRefunded, CountRefundWhenOrderRefunded, { from: 'beginning' }),
    on(Ordering.events.orderCancelled, CountRefundWhenOrderCancelled, { from: 'beginning' }),
    on(Ordering.events.creditNoteIssued, CountRefundWhenCreditNoteIssued, { from: 'beginning' }),
  ],
  routes: reportingRoutes,
});
