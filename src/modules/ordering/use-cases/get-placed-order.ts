import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { SECRET } from '../../../shared/module/index.ts';
import { Ordering, type PlacedOrder } from '../contract/index.ts';
import { opens, placedOrder } from '../domain/order-access.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';

type GetPlacedOrderOperation = typeof Ordering.operations.getPlacedOrder;

/** The order for whoever holds its token. A wrong token gets the same answer as an order that is not there. */
export class GetPlacedOrder implements UseCase<GetPlacedOrderOperation> {
  constructor(
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(SECRET) private readonly secret: string,
  ) {}

  async execute(
    { orderId, accessToken }: ParsedInputOf<GetPlacedOrderOperation>,
    work: UnitOfWork,
  ): Promise<PlacedOrder> {
    const order = opens(this.secret, orderId, accessToken) ? await this.orders.find(work, orderId) : undefined;
    if (order === undefined)
      throw Ordering.errors.orderNotFound({ orderId }, 'Send the Order-Token that came with the order.');
    return placedOrder(toOrder(order), this.secret);
  }
}
