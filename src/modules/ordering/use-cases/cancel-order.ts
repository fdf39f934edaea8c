import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { Payments } from '../../payments/contract/index.ts';
import { Ordering, type Order, type OrderWithPayment } from '../contract/index.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { cancellationSaga, type CancellationState } from '../sagas/cancellation.saga.ts';

type CancelOrderOperation = typeof Ordering.operations.cancelOrder;

/** What has left the house comes back as a return, not as a cancellation. */
const CANCELLABLE = new Set<Order['status']>(['confirmed']);
const NO_REASON = 'not given';

export class CancelOrder implements Coordination<CancelOrderOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(clientOf(Payments)) private readonly payments: Client<typeof Payments>,
  ) {}

  async coordinate(input: ParsedInputOf<CancelOrderOperation>, call: CallContext): Promise<OrderWithPayment> {
    const { orderId, reason = NO_REASON } = input;
    const order = await this.#read(orderId, call);
    if (order.status !== 'cancelled') {
      const request = {
        operation: Ordering.operations.cancelOrder,
        input,
        call,
        waitMs: this.config.sagas.checkoutWaitMs,
      };
      await this.sagas
        .conduct(cancellationSaga, request, (work) => this.#begin(work, orderId, reason))
        .catch((error: unknown) => {
          if (isUniqueViolation(error, 'sagas_name_key_key')) throw problems.requestInProgress();
          throw error;
        });
    }
    const [payment] = await this.payments.getPayments({ orderIds: [orderId] }, call);
    return { ...(await this.#read(orderId, call)), payment: payment ?? null };
  }

  async #begin(work: UnitOfWork, orderId: string, reason: string): Promise<StartedSaga<CancellationState>> {
    const order = await this.orders.findForUpdate(work, orderId);
    if (order === undefined) throw Ordering.errors.orderNotFound({ orderId });
    if (!CANCELLABLE.has(order.status)) throw Ordering.errors.notCancellable({ orderId, status: order.status });
    return { key: orderId, state: { orderId, reason } };
  }

  async #read(orderId: string, call: CallContext): Promise<Order> {
    const row = await this.orders.find(this.database.reader(call), orderId);
    if (row === undefined) throw Ordering.errors.orderNotFound({ orderId });
    return toOrder(row);
  }
}
