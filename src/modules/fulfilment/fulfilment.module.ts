import { defineModule, on } from '../../shared/module/index.ts';
import { Inventory } from '../inventory/contract/index.ts';
import { Ordering } from '../ordering/contract/index.ts';
import { Payments } from '../payments/contract/index.ts';
import { Fulfilment } from './contract/index.ts';
import { fulfilmentRoutes } from './fulfilment.routes.ts';
import { ReturnRepository } from './persistence/return.repository.ts';
import { ShipmentReader } from './persistence/shipment.reader.ts';
import { ShipmentRepository } from './persistence/shipment.repository.ts';
import { deliverySaga } from './sagas/delivery.saga.ts';
import { dispatchSaga } from './sagas/dispatch.saga.ts';
import { returnSaga } from './sagas/return.saga.ts';
import { CancelShipmentWhenOrderCancelled } from './subscribers/cancel-shipment-when-order-cancelled.ts';
import { CancelShipmentWhenRestCancelled } from './subscribers/cancel-shipment-when-rest-cancelled.ts';
import { OpenShipmentWhenOrderConfirmed } from './subscribers/open-shipment-when-order-confirmed.ts';
import { CompleteDelivery } from './use-cases/complete-delivery.ts';
import { CompleteDispatch } from './use-cases/complete-dispatch.ts';
import { CompleteReturn } from './use-cases/complete-return.ts';
import { DeliverShipment } from './use-cases/deliver-shipment.ts';
import { DispatchShipment } from './use-cases/dispatch-shipment.ts';
import { GetReturn } from './use-cases/get-return.ts';
import { GetShipment } from './use-cases/get-shipment.ts';
import { ListReturns } from './use-cases/list-returns.ts';
import { ListShipments } from './use-cases/list-shipments.ts';
import { RefuseReturn } from './use-cases/refuse-return.ts';
import { ReopenShipment } from './use-cases/reopen-shipment.ts';
import { ReturnGoods } from './use-cases/return-goods.ts';
import { ShipmentCanceller } from './use-cases/shipment-canceller.ts';

export const fulfilmentModule = defineModule(Fulfilment, {
  knows: [Ordering, Inventory, Payments],
  provides: [ShipmentRepository, ShipmentReader, ReturnRepository, ShipmentCanceller],
  operations: {
    getShipment: GetShipment,
    listShipments: ListShipments,
    dispatchShipment: DispatchShipment,
    deliverShipment: DeliverShipment,
    returnGoods: ReturnGoods,
    getReturn: GetReturn,
    listReturns: ListReturns,
    completeDispatch: CompleteDispatch,
    reopenShipment: ReopenShipment,
    completeDelivery: CompleteDelivery,
    completeReturn: CompleteReturn,
    refuseReturn: RefuseReturn,
  },
  subscriptions: [
    on(Ordering.events.orderConfirmed, OpenShipmentWhenOrderConfirmed, { from: 'now' }),
    on(Ordering.events.orderCancelled, CancelShipmentWhenOrderCancelled, { from: 'now' }),
    on(Ordering.events.orderRestCancelled, CancelShipmentWhenRestCancelled, { from: 'now' }),
  ],
  sagas: [dispatchSaga, deliverySaga, returnSaga],
  routes: fulfilmentRoutes,
});
