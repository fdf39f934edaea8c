import { staff } from '../../shared/auth/index.ts';
import { get, type Route } from '../../shared/http/index.ts';
import { Reporting, SalesQuery } from './contract/index.ts';

export const reportingRoutes: readonly Route[] = [
  get('/admin/v1/reports/sales', {
    operation: Reporting.operations.getSalesReport,
    access: staff('reports:read'),
    summary: 'Sales of a period, by day',
    query: SalesQuery,
  }),
];
