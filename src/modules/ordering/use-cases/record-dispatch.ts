import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import type { Ordering } from '../contract/index.ts';
import { statusAfter } from '../domain/dispatch.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository } from '../persistence/order.repository.ts';

type RecordDispatchOperation = typeof Ordering.operations.recordDispatch;

/** The goods are gone and paid: partly shipped, or shipped. What was agreed to is never refused here. */
export class RecordDispatch implements UseCase<RecordDispatchOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
  ) {}

  async execute(
    { orderId, dispatchId }: ParsedInputOf<RecordDispatchOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<RecordDispatchOperation>> {
    const order = present(await this.orders.findForUpdate(work, orderId), 'an order that was dispatched exists');
    const known = await this.dispatches.list(work, orderId);
    const dispatch = known.find(({ id }) => id === dispatchId);
    invariant(
      dispatch !== undefined && dispatch.status !== 'abandoned',
      `${dispatchId} has begun before it is recorded`,
    );
    if (dispatch.status !== 'begun') return { status: order.status };
    await this.dispatches.move(work, dispatchId, 'shipped');
    await this.orders.count(work, orderId, 'shippedQuantity', dispatch.lines);
    const status = statusAfter(
      order,
      known.map((each) => (each === dispatch ? { ...each, status: 'shipped' } : each)),
    );
    await this.orders.move(work, orderId, [order.status], status);
    return { status };
  }
}
