import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';
import { planDispatch } from '../domain/dispatch.ts';
import { DispatchRepository } from '../persistence/dispatch.repository.ts';
import { OrderRepository } from '../persistence/order.repository.ts';

type BeginDispatchOperation = typeof Ordering.operations.beginDispatch;

/** The order agrees, under its lock: of a dispatch and a cancellation that come at once, one is refused. */
export class BeginDispatch implements UseCase<BeginDispatchOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(DispatchRepository) private readonly dispatches: DispatchRepository,
  ) {}

  async execute(
    { orderId, dispatchId, lines }: ParsedInputOf<BeginDispatchOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<BeginDispatchOperation>> {
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) throw Ordering.errors.orderNotFound({ orderId });
    const { currency, email } = order;
    const known = await this.dispatches.list(work, orderId);
    const earlier = known.find(({ id }) => id === dispatchId);
    if (earlier?.status === 'abandoned') throw Ordering.errors.dispatchAbandoned({ dispatchId });
    if (earlier !== undefined) return { amount: money(earlier.amount, currency), email };
    const plan = planDispatch(order, known, lines);
    await this.dispatches.insert(work, { id: dispatchId, orderId, status: 'begun', ...plan });
    return { amount: money(plan.amount, currency), email };
  }
}
