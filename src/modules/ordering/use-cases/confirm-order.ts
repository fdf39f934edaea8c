import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import { SECRET } from '../../../shared/module/index.ts';
import { guarded } from '../../../shared/telemetry/index.ts';
import { Ordering, type PlacedOrder } from '../contract/index.ts';
import { placedOrder } from '../domain/order-access.ts';
import { assertPaid } from '../domain/order-paid.ts';
import { OrderRepository, toOrder, type OrderRow } from '../persistence/order.repository.ts';

type ConfirmOrderOperation = typeof Ordering.operations.confirmOrder;

/** The last step of a checkout: stock and money are there, so the order is sold and everyone may know. */
export class ConfirmOrder implements UseCase<ConfirmOrderOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(SECRET) private readonly secret: string,
  ) {}

  async execute({ orderId, paid }: ParsedInputOf<ConfirmOrderOperation>, work: UnitOfWork): Promise<PlacedOrder> {
    const confirmed = await this.orders.confirm(work, orderId);
    if (confirmed !== undefined) {
      if (guarded('amount check')) assertPaid(orderId, confirmed.totals.total, paid);
      publishConfirmation(work, confirmed);
      return placedOrder(toOrder(confirmed), this.secret);
    }
    const order = present(await this.orders.find(work, orderId), 'an order that is confirmed exists');
    invariant(order.status !== 'rejected', `order ${orderId} was rejected and cannot be confirmed`);
    return placedOrder(toOrder(order), this.secret);
  }
}

function publishConfirmation(work: UnitOfWork, row: OrderRow): void {
  const { id, number, email, currency, lines, shippingAddress, deliveryOption, totals, placedAt } = row;
  work.publish(Ordering.events.orderConfirmed, {
    orderId: id,
    number,
    email,
    currency,
    lines,
    shippingAddress,
    deliveryOption,
    totals,
    placedAt: placedAt.toISOString(),
  });
}
