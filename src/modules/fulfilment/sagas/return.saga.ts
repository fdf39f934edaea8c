import { defineSaga } from '../../../shared/sagas/index.ts';
import { present } from '../../../shared/errors/index.ts';
import type { Money } from '../../../shared/values/index.ts';
import { Inventory, type Disposition } from '../../inventory/contract/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Fulfilment, type Return } from '../contract/index.ts';
import { WITHOUT_END_MS } from './without-end.ts';

export interface ReturnState {
  readonly returnId: string;
  readonly orderId: string;
  readonly lines: readonly { orderLineId: string; sku: string; quantity: number; disposition: Disposition }[];
  readonly reason: string;
  readonly location: string;
  /** What staff want to give back; absent: what was paid. */
  readonly asked?: Money;
  /** What the order answers: the refund that it has set aside, null where there is none. */
  readonly refundId?: string | null;
  readonly refund?: Money;
}

/** Each later step comes after the one that has asked the order. */
const AGREED = 'the order has said what is given back';

/**
 * Refunding is the point of no return, so what may be refused comes before it and what never is comes after it. Goods are
 * put on the shelf last: once they are for sale, somebody may have bought them, and they could not be taken away again.
 */
export const returnSaga = defineSaga<ReturnState>('fulfilment.return', { version: 1 })
  .step('agree with the order', {
    do: ({ orderId, returnId, lines, reason, asked }) =>
      Ordering.operations.beginReturn.with({
        orderId,
        returnId,
        lines: lines.map(({ orderLineId, quantity }) => ({ lineId: orderLineId, quantity })),
        reason,
        ...(asked === undefined ? {} : { refund: asked }),
      }),
    keep: (_, { refundId, amount }) => ({ refundId, refund: amount }),
    undo: ({ orderId, returnId }) => Ordering.operations.abandonReturn.with({ orderId, returnId }),
  })
  .step('refund payment', {
    when: ({ refundId }) => refundId !== null,
    do: ({ orderId, refundId, refund }) =>
      Payments.operations.refundPayment.with({
        orderId,
        refundId: present(refundId, AGREED),
        amount: present(refund, AGREED),
      }),
    timeoutMs: WITHOUT_END_MS,
  })
  .step('take goods in', {
    do: ({ orderId, returnId, lines, location }) =>
      Inventory.operations.receiveReturn.with({
        orderId,
        returnId,
        lines: lines.map(({ sku, quantity, disposition }) => ({ sku, quantity, disposition })),
        location,
      }),
    timeoutMs: WITHOUT_END_MS,
  })
  .step('tell the order', {
    do: ({ orderId, returnId }) => Ordering.operations.recordReturn.with({ orderId, returnId }),
    timeoutMs: WITHOUT_END_MS,
  })
  .step('complete return', {
    do: ({ returnId, refund }) =>
      Fulfilment.operations.completeReturn.with({ returnId, refund: present(refund, AGREED) }),
    timeoutMs: WITHOUT_END_MS,
  })
  .onFailure(({ returnId }, { code }) => Fulfilment.operations.refuseReturn.with({ returnId, code }))
  .answers((_, completed) => completed as Return);
