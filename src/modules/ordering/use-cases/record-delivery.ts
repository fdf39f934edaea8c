import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import type { Ordering } from '../contract/index.ts';
import { statusAfter } from '../domain/dispatch.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository } from '../persistence/order.repository.ts';

type RecordDeliveryOperation = typeof Ordering.operations.recordDelivery;

/** One parcel has arrived; the order is delivered when all of it has been sent and every parcel is there. */
export class RecordDelivery implements UseCase<RecordDeliveryOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
  ) {}

  async execute(
    { orderId, dispatchId }: ParsedInputOf<RecordDeliveryOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<RecordDeliveryOperation>> {
    const order = present(await this.orders.findForUpdate(work, orderId), 'an order that is delivered exists');
    const known = await this.dispatches.list(work, orderId);
    const dispatch = known.find(({ id }) => id === dispatchId);
    if (dispatch?.status === 'delivered') return { status: order.status };
    invariant(dispatch?.status === 'shipped', `the goods of ${dispatchId} have left before they are delivered`);
    await this.dispatches.move(work, dispatchId, 'delivered');
    const status = statusAfter(
      order,
      known.map((each) => (each === dispatch ? { ...each, status: 'delivered' } : each)),
    );
    if (status !== order.status) await this.orders.move(work, orderId, [order.status], status);
    return { status };
  }
}
