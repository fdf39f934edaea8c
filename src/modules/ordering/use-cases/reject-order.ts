import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Ordering } from '../contract/index.ts';
import { CartRepository } from '../persistence/cart.repository.ts';
import { OrderRepository } from '../persistence/order.repository.ts';

type RejectOrderOperation = typeof Ordering.operations.rejectOrder;

/** The end of a checkout that failed: the order keeps the reason, and the shopper gets the cart back. */
export class RejectOrder implements UseCase<RejectOrderOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(CartRepository) private readonly carts: CartRepository,
  ) {}

  async execute({ orderId, code }: ParsedInputOf<RejectOrderOperation>, work: UnitOfWork): Promise<void> {
    const rejected = await this.orders.move(work, orderId, ['pending'], 'rejected', code);
    if (rejected === undefined) return;
    if (rejected.cartId !== null) await this.carts.reopen(work, orderId, rejected.cartId);
    work.publish(Ordering.events.orderRejected, { orderId, code });
  }
}
