import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering, type OrderWithPayment } from '../contract/index.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';

type GetOrderOperation = typeof Ordering.operations.getOrder;

/** An order with the state of its payment, as payments has it now. */
export class GetOrder implements Coordination<GetOrderOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(clientOf(Payments)) private readonly payments: Client<typeof Payments>,
  ) {}

  async coordinate({ orderId }: ParsedInputOf<GetOrderOperation>, call: CallContext): Promise<OrderWithPayment> {
    const row = await this.orders.find(this.database.reader(call), orderId);
    if (row === undefined) throw Ordering.errors.orderNotFound({ orderId });
    const [payment] = await this.payments.getPayments({ orderIds: [orderId] }, call);
    return { ...toOrder(row), payment: payment ?? null };
  }
}
