import { defineSaga } from '../../../shared/sagas/index.ts';
import { present } from '../../../shared/errors/index.ts';
import type { Money } from '../../../shared/values/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Fulfilment, type Shipment } from '../contract/index.ts';
import { WITHOUT_END_MS } from './without-end.ts';

export interface DispatchState {
  readonly shipmentId: string;
  readonly dispatchId: string;
  readonly orderId: string;
  readonly lines: readonly { orderLineId: string; sku: string; quantity: number }[];
  readonly tracking: { readonly carrier?: string | undefined; readonly trackingNumber?: string | undefined };
  /** What the order answers: the goods' share of its total, and whom to tell. */
  readonly amount?: Money;
  readonly email?: string | null;
}

const costsSomething = ({ amount }: DispatchState): boolean => amount !== undefined && amount.amount > 0;

/** Each later step comes after the one that has asked the order. */
const AGREED = 'the order has said what it is about';

/**
 * Until the money is captured all can be taken back. Capturing is the point of no return: it is asked for until the
 * provider has answered, and after it nothing is refused.
 */
export const dispatchSaga = defineSaga<DispatchState>('fulfilment.dispatch', { version: 1 })
  .step('agree with the order', {
    do: ({ orderId, dispatchId, lines }) =>
      Ordering.operations.beginDispatch.with({
        orderId,
        dispatchId,
        lines: lines.map(({ orderLineId, quantity }) => ({ lineId: orderLineId, quantity })),
      }),
    keep: (_, { amount, email }) => ({ amount, email }),
    undo: ({ orderId, dispatchId }) => Ordering.operations.abandonDispatch.with({ orderId, dispatchId }),
  })
  .step('take the goods', {
    do: ({ orderId, dispatchId, lines }) =>
      Inventory.operations.shipStock.with({
        orderId,
        dispatchId,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      }),
    undo: ({ orderId, dispatchId }) => Inventory.operations.unshipStock.with({ orderId, dispatchId }),
  })
  .step('capture payment', {
    when: costsSomething,
    do: ({ orderId, dispatchId, amount }) =>
      Payments.operations.capturePayment.with({ orderId, captureId: dispatchId, amount: present(amount, AGREED) }),
    timeoutMs: WITHOUT_END_MS,
  })
  .step('tell the order', {
    do: ({ orderId, dispatchId }) => Ordering.operations.recordDispatch.with({ orderId, dispatchId }),
    timeoutMs: WITHOUT_END_MS,
  })
  .step('complete dispatch', {
    do: ({ shipmentId, dispatchId, lines, tracking, email = null }) =>
      Fulfilment.operations.completeDispatch.with({
        shipmentId,
        dispatchId,
        lines: lines.map(({ orderLineId, quantity }) => ({ orderLineId, quantity })),
        email,
        ...tracking,
      }),
    timeoutMs: WITHOUT_END_MS,
  })
  .onFailure(({ shipmentId, dispatchId }) => Fulfilment.operations.reopenShipment.with({ shipmentId, dispatchId }))
  .answers((_, shipment) => shipment as Shipment);
