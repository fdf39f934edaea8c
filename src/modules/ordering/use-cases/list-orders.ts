import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Page } from '../../../shared/values/index.ts';
import type { Order, Ordering } from '../contract/index.ts';
import { OrderReader } from '../persistence/order.reader.ts';

type ListOrdersOperation = typeof Ordering.operations.listOrders;

export class ListOrders implements UseCase<ListOrdersOperation> {
  constructor(@inject(OrderReader) private readonly orders: OrderReader) {}

  async execute(filter: ParsedInputOf<ListOrdersOperation>, work: UnitOfWork): Promise<Page<Order>> {
    return await this.orders.list(work, filter);
  }
}
