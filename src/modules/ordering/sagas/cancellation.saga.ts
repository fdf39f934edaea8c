import { defineSaga } from '../../../shared/sagas/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering } from '../contract/index.ts';

export interface CancellationState {
  readonly orderId: string;
  readonly reason: string;
}

/** Giving back cannot be given back: this one only goes forward. */
export const cancellationSaga = defineSaga<CancellationState>('ordering.cancellation', { version: 1 })
  .step('release stock', { do: (s) => Inventory.operations.releaseStock.with({ orderId: s.orderId }) })
  .step('return payment', { do: (s) => Payments.operations.cancelPayment.with({ orderId: s.orderId }) })
  .step('mark cancelled', {
    do: (s) => Ordering.operations.markCancelled.with({ orderId: s.orderId, reason: s.reason }),
  });
