import { defineModule, on } from '../../shared/module/index.ts';
import { Fulfilment } from '../fulfilment/contract/index.ts';
import { Inventory } from '../inventory/contract/index.ts';
import { Ordering } from '../ordering/contract/index.ts';
import { Notifications } from './contract/index.ts';
import { notificationsRoutes } from './notifications.routes.ts';
import { MessageReader } from './persistence/message.reader.ts';
import { MessageRepository } from './persistence/message.repository.ts';
import { RecipientRepository } from './persistence/recipient.repository.ts';
import { QueueCancellationWhenOrderCancelled } from './subscribers/queue-cancellation-when-order-cancelled.ts';
import { QueueConfirmationWhenOrderConfirmed } from './subscribers/queue-confirmation-when-order-confirmed.ts';
import { QueueDispatchNoticeWhenShipmentDispatched } from './subscribers/queue-dispatch-notice-when-shipment-dispatched.ts';
import { QueueLowStockNoticeWhenStockLow } from './subscribers/queue-low-stock-notice-when-stock-low.ts';
import { QueueRefundNoticeWhenOrderRefunded } from './subscribers/queue-refund-notice-when-order-refunded.ts';
import { ListMessages } from './use-cases/list-messages.ts';

export const notificationsModule = defineModule(Notifications, {
  provides: [MessageRepository, MessageReader, RecipientRepository],
  operations: { listMessages: ListMessages },
  subscriptions: [
    on(Ordering.events.orderConfirmed, QueueConfirmationWhenOrderConfirmed, { from: 'now' }),
    on(Ordering.events.orderCancelled, QueueCancellationWhenOrderCancelled, { from: 'now' }),
    on(Ordering.events.orderRefunded, QueueRefundNoticeWhenOrderRefunded, { from: 'now' }),
    on(Fulfilment.events.shipmentDispatched, QueueDispatchNoticeWhenShipmentDispatched, { from: 'now' }),
    on(Inventory.events.stockLow, QueueLowStockNoticeWhenStockLow, { from: 'now' }),
  ],
  routes: notificationsRoutes,
});
