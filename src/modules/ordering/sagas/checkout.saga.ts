import { defineSaga } from '../../../shared/sagas/index.ts';
import { minutes, type Money } from '../../../shared/values/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Payments, type PaymentMethod, type TakenPayment } from '../../payments/contract/index.ts';
import { Ordering, type PlacedOrder } from '../contract/index.ts';

export interface CheckoutState {
  readonly orderId: string;
  readonly amount: Money;
  readonly method: PaymentMethod;
  /** Tracked goods only: the rest moves no stock. */
  readonly lines: readonly { sku: string; quantity: number }[];
  /** When it was bought, where that is not now. */
  readonly occurredAt?: string;
  /** What payments have answered: only this counts as paid. Absent before that, and where there is nothing to pay. */
  readonly paid?: Pick<TakenPayment, 'status' | 'amount'>;
}

/** What the one who completes a checkout gets to hear. */
export interface CheckoutOutcome extends PlacedOrder {
  readonly paid?: CheckoutState['paid'];
}

/** How long a provider may leave a payment open before the order is given up. */
const PAYMENT_TIMEOUT_MS = minutes(15);

const hasTrackedGoods = (state: CheckoutState): boolean => state.lines.length > 0;
const costsSomething = (state: CheckoutState): boolean => state.amount.amount > 0;
const when = (state: CheckoutState) => (state.occurredAt === undefined ? {} : { occurredAt: state.occurredAt });
// Rows of before the answer was kept are paid with what was asked for: payments then took that or nothing.
const paidFor = (state: CheckoutState) => (costsSomething(state) ? { paid: state.paid?.amount ?? state.amount } : {});

export const checkoutSaga = defineSaga<CheckoutState>('ordering.checkout', { version: 1 })
  .step('reserve stock', {
    when: hasTrackedGoods,
    do: (s) => Inventory.operations.reserveStock.with({ orderId: s.orderId, lines: [...s.lines], ...when(s) }),
    undo: (s) => Inventory.operations.releaseStock.with({ orderId: s.orderId }),
  })
  .step('take payment', {
    when: costsSomething,
    do: (s) =>
      Payments.operations.takePayment.with({
        orderId: s.orderId,
        amount: s.amount,
        method: s.method,
        // Of an order without goods no parcel leaves that its money could be captured for.
        captureNow: !hasTrackedGoods(s),
        ...when(s),
      }),
    waitWhile: (payment) => payment.status === 'pending',
    keep: (_, { status, amount }) => ({ paid: { status, amount } }),
    timeoutMs: PAYMENT_TIMEOUT_MS,
    undo: (s) => Payments.operations.cancelPayment.with({ orderId: s.orderId }),
  })
  .step('allocate stock', {
    when: hasTrackedGoods,
    do: (s) => Inventory.operations.allocateStock.with({ orderId: s.orderId }),
  })
  .step('confirm order', { do: (s) => Ordering.operations.confirmOrder.with({ orderId: s.orderId, ...paidFor(s) }) })
  .wakeOn(Payments.events.paymentAuthorised, ({ orderId }) => orderId)
  .wakeOn(Payments.events.paymentCaptured, ({ orderId }) => orderId)
  .wakeOn(Payments.events.paymentDeclined, ({ orderId }) => orderId)
  .onFailure((s, failure) => Ordering.operations.rejectOrder.with({ orderId: s.orderId, code: failure.code }))
  .answers(({ paid }, confirmed): CheckoutOutcome => ({
    ...(confirmed as PlacedOrder),
    ...(paid === undefined ? {} : { paid }),
  }));
