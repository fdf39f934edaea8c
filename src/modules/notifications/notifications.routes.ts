import { staff } from '../../shared/auth/index.ts';
import { get, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { OrderId } from '../ordering/contract/index.ts';
import { Notifications } from './contract/index.ts';

export const notificationsRoutes: readonly Route[] = [
  get('/admin/v1/messages', {
    operation: Notifications.operations.listMessages,
    access: staff('notifications:read'),
    summary: 'List what is written to buyers, newest first',
    query: PageQuery.extend({ orderId: OrderId.optional() }),
  }),
];
