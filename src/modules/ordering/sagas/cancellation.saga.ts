import { defineSaga } from '../../../shared/sagas/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money, type Money } from '../../../shared/values/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Payments, type PaymentSummary } from '../../payments/contract/index.ts';
import { Ordering, type Order, type OrderWithPayment } from '../contract/index.ts';

export interface CancellationState {
  readonly orderId: string;
  readonly reason: string;
  /** Where a part has been sent and only the rest is cancelled: what the rest costs, set aside as a refund. */
  readonly rest?: {
    readonly refundId: string | null;
    readonly amount: Money;
    readonly total: Money;
    /** What of it was refunded before; where it is only held, that was paid out of what the sent goods had cost. */
    readonly refundedBefore: Money;
  };
  /** What payments have answered; null where there is no payment. */
  readonly payment?: PaymentSummary | null;
}

/** What of the rest has to be given back, if anything: what of it was never captured, and only held, is let go. */
function toRefund({ rest, payment }: CancellationState): Money | undefined {
  if (rest === undefined || payment === undefined || payment === null) return undefined;
  const held = rest.total.amount - payment.captured.amount;
  const amount = rest.amount.amount - held;
  return amount > 0 ? money(amount, rest.amount.currency) : undefined;
}

/** The payment as it is in the end, with what was given back of the rest. */
function paymentInTheEnd(state: CancellationState): OrderWithPayment['payment'] {
  const { payment = null, rest } = state;
  if (payment === null || rest === undefined) return payment;
  const refunded = payment.refunded.amount + (toRefund(state)?.amount ?? 0);
  const isAll = refunded > 0 && refunded === payment.captured.amount;
  return {
    ...payment,
    status: isAll ? 'refunded' : payment.status,
    refunded: money(refunded, payment.refunded.currency),
  };
}

const NEEDED = 'a rest is refunded where there is something to give back';

/** Giving back cannot be given back: this one only goes forward. */
export const cancellationSaga = defineSaga<CancellationState>('ordering.cancellation', { version: 1 })
  .step('release stock', { do: (s) => Inventory.operations.releaseStock.with({ orderId: s.orderId }) })
  .step('return payment', {
    do: ({ orderId, rest }) =>
      rest === undefined
        ? Payments.operations.cancelPayment.with({ orderId })
        : Payments.operations.releaseAuthorisation.with({
            orderId,
            ...(rest.refundedBefore.amount === 0 ? {} : { captureFirst: rest.refundedBefore }),
          }),
    keep: (_, payment) => ({ payment }),
  })
  .step('refund the rest', {
    when: (s) => typeof s.rest?.refundId === 'string' && toRefund(s) !== undefined,
    do: (s) =>
      Payments.operations.refundPayment.with({
        orderId: s.orderId,
        refundId: present(s.rest?.refundId, NEEDED),
        amount: present(toRefund(s), NEEDED),
      }),
  })
  .step('mark cancelled', {
    do: ({ orderId, reason, rest }) =>
      rest === undefined
        ? Ordering.operations.markCancelled.with({ orderId, reason })
        : Ordering.operations.markRestCancelled.with({ orderId, reason, refundId: rest.refundId }),
  })
  .answers((state, marked): OrderWithPayment => ({ ...(marked as Order), payment: paymentInTheEnd(state) }));
