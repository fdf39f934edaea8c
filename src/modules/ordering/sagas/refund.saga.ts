import { defineSaga } from '../../../shared/sagas/index.ts';
import type { Money } from '../../../shared/values/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering, type Refund } from '../contract/index.ts';

export interface RefundState {
  readonly orderId: string;
  readonly refundId: string;
  readonly amount: Money;
  readonly occurredAt?: string;
}

export const refundSaga = defineSaga<RefundState>('ordering.refund', { version: 1 })
  .step('refund payment', {
    do: ({ orderId, refundId, amount, occurredAt }) =>
      Payments.operations.refundPayment.with({
        orderId,
        refundId,
        amount,
        ...(occurredAt === undefined ? {} : { occurredAt }),
      }),
  })
  .step('record refund', { do: (s) => Ordering.operations.recordRefund.with({ refundId: s.refundId }) })
  .onFailure((s) => Ordering.operations.abandonRefund.with({ refundId: s.refundId }))
  .answers((_, recorded) => recorded as Refund);
