import { defineModule, on } from '../../shared/module/index.ts';
import { Ordering } from '../ordering/contract/index.ts';
import { Fulfilment } from './contract/index.ts';
import { fulfilmentRoutes } from './fulfilment.routes.ts';
import { ShipmentReader } from './persistence/shipment.reader.ts';
import { ShipmentRepository } from './persistence/shipment.repository.ts';
import { CancelShipmentWhenOrderCancelled } from './subscribers/cancel-shipment-when-order-cancelled.ts';
import { OpenShipmentWhenOrderConfirmed } from './subscribers/open-shipment-when-order-confirmed.ts';
import { GetShipment } from './use-cases/get-shipment.ts';
import { ListShipments } from './use-cases/list-shipments.ts';

export const fulfilmentModule = defineModule(Fulfilment, {
  provides: [ShipmentRepository, ShipmentReader],
  operations: { getShipment: GetShipment, listShipments: ListShipments },
  subscriptions: [
    on(Ordering.events.orderConfirmed, OpenShipmentWhenOrderConfirmed, { from: 'now' }),
    on(Ordering.events.orderCancelled, CancelShipmentWhenOrderCancelled, { from: 'now' }),
  ],
  routes: fulfilmentRoutes,
});
