import { defineSaga } from '../../../shared/sagas/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import { Fulfilment, type Shipment } from '../contract/index.ts';

export interface DeliveryState {
  readonly shipmentId: string;
  readonly orderId: string;
  readonly dispatchId: string;
}

/** What has arrived has arrived: it only goes forward. */
export const deliverySaga = defineSaga<DeliveryState>('fulfilment.delivery', { version: 1 })
  .step('tell the order', {
    do: ({ orderId, dispatchId }) => Ordering.operations.recordDelivery.with({ orderId, dispatchId }),
  })
  .step('complete delivery', {
    do: ({ shipmentId }) => Fulfilment.operations.completeDelivery.with({ shipmentId }),
  })
  .answers((_, shipment) => shipment as Shipment);
