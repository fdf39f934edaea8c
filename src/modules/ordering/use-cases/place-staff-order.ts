import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import { isUniqueViolation, type ModuleDatabase, type UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { CLOCK, CONFIG, DATABASE, SAGAS } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { newId, type Clock } from '../../../shared/values/index.ts';
import { Pricing } from '../../pricing/contract/index.ts';
import { Ordering, type OrderWithPayment } from '../contract/index.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { checkoutSaga, type CheckoutState } from '../sagas/checkout.saga.ts';

type PlaceStaffOrderOperation = typeof Ordering.operations.placeStaffOrder;
type StaffOrder = ParsedInputOf<PlaceStaffOrderOperation>;
type Quote = OutputOf<typeof Pricing.operations.quoteCart>;

/** An order without a cart: prices, date and reference may be the staff's own. It goes through the same checkout. */
export class PlaceStaffOrder implements Coordination<PlaceStaffOrderOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(clientOf(Pricing)) private readonly pricing: Client<typeof Pricing>,
  ) {}

  async coordinate(input: StaffOrder, call: CallContext): Promise<OrderWithPayment> {
    if (input.placedAt !== undefined && new Date(input.placedAt) > this.clock.now()) {
      throw Ordering.errors.placedInFuture({ field: 'placedAt' });
    }
    const quote = await this.#quote(input, call);
    const request = {
      operation: Ordering.operations.placeStaffOrder,
      input,
      call,
      waitMs: this.config.sagas.checkoutWaitMs,
      meanwhile: (orderId: string) => this.#pending(orderId, call),
    };
    const ended = await this.sagas
      .conduct(checkoutSaga, request, (work) => this.#begin(work, input, quote))
      .catch((error: unknown) => this.#explain(error, input.reference, call));
    if ('payment' in ended) return ended;
    const { accessToken: _, paid, ...order } = ended;
    const { total } = order.totals;
    const nothing = { ...total, amount: 0 };
    const isHeld = paid?.status === 'authorised';
    // As it was when the order was confirmed, so that a repeat gets the same answer.
    const payment = {
      provider: input.payment.provider,
      status: isHeld ? ('authorised' as const) : ('captured' as const),
      authorised: total,
      captured: isHeld ? nothing : total,
      refunded: nothing,
    };
    return { ...order, payment };
  }

  async #pending(orderId: string, call: CallContext): Promise<OrderWithPayment> {
    const row = await this.orders.find(this.database.reader(call), orderId);
    return { ...toOrder(present(row, 'a checkout that runs has an order')), payment: null };
  }

  async #quote(input: StaffOrder, call: CallContext): Promise<Quote> {
    const { currency, lines, deliveryOption, shippingAddress } = input;
    return await this.pricing.quoteCart(
      {
        currency,
        lines,
        ...(deliveryOption === undefined ? {} : { deliveryOption }),
        ...(shippingAddress === undefined ? {} : { country: shippingAddress.country }),
      },
      call,
    );
  }

  async #begin(work: UnitOfWork, input: StaffOrder, quote: Quote): Promise<StartedSaga<CheckoutState>> {
    const orderId = newId('ord');
    await this.orders.insert(work, {
      id: orderId,
      currency: input.currency,
      email: input.email ?? null,
      cartId: null,
      lines: quote.lines.map((line) => ({ ...line, id: newId('lin') })),
      shippingAddress: input.shippingAddress ?? null,
      deliveryOption: input.deliveryOption ?? null,
      totals: quote.totals,
      reference: input.reference ?? null,
      placedAt: input.placedAt,
    });
    const lines = quote.lines.filter(({ tracked }) => tracked).map(({ sku, quantity }) => ({ sku, quantity }));
    const occurredAt = input.placedAt === undefined ? {} : { occurredAt: input.placedAt };
    return {
      key: orderId,
      state: { orderId, amount: quote.totals.total, method: input.payment, lines, ...occurredAt },
    };
  }

  /** Throws referenceTaken for an order that has the reference already, and every other error as it is. */
  async #explain(error: unknown, reference: string | undefined, call: CallContext): Promise<never> {
    if (reference === undefined || !isUniqueViolation(error, 'orders_reference')) throw error;
    const earlier = await this.orders.findByReference(this.database.reader(call), reference);
    throw Ordering.errors.referenceTaken({ reference, ...(earlier === undefined ? {} : { orderId: earlier.id }) });
  }
}
