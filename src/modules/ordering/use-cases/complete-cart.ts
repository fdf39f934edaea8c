import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { Config } from '../../../shared/config/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { ContractError, present } from '../../../shared/errors/index.ts';
import { CONFIG, DATABASE, SAGAS, SECRET } from '../../../shared/module/index.ts';
import type { SagaRunner, StartedSaga } from '../../../shared/sagas/index.ts';
import { newId, type Money } from '../../../shared/values/index.ts';
import type { PaymentMethod } from '../../payments/contract/index.ts';
import { Pricing } from '../../pricing/contract/index.ts';
import { Ordering, type PlacedOrder } from '../contract/index.ts';
import { missingFor } from '../domain/cart.ts';
import { placedOrder } from '../domain/order-access.ts';
import { CartRepository } from '../persistence/cart.repository.ts';
import { OrderRepository, toOrder } from '../persistence/order.repository.ts';
import { checkoutSaga, type CheckoutState } from '../sagas/checkout.saga.ts';
import { PricedCart } from './priced-cart.ts';

type CompleteCartOperation = typeof Ordering.operations.completeCart;

/** The prices that a shopper was shown hold for this long; after it the cart is priced anew before it is sold. */
const QUOTE_HOLDS = '1 hour';

class QuoteHasExpired extends Error {
  constructor(readonly shown: Money) {
    super('the prices that the shopper was shown hold no longer');
  }
}

/** Turns a cart into an order and carries the checkout as far as it goes within the wait that is configured. */
export class CompleteCart implements Coordination<CompleteCartOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(SAGAS) private readonly sagas: SagaRunner,
    @inject(CONFIG) private readonly config: Config,
    @inject(SECRET) private readonly secret: string,
    @inject(CartRepository) private readonly carts: CartRepository,
    @inject(OrderRepository) private readonly orders: OrderRepository,
    @inject(PricedCart) private readonly pricedCart: PricedCart,
    @inject(clientOf(Pricing)) private readonly pricing: Client<typeof Pricing>,
  ) {}

  async coordinate(
    input: ParsedInputOf<CompleteCartOperation>,
    call: CallContext,
  ): Promise<OutputOf<CompleteCartOperation>> {
    const { offered: deliveryIsOffered } = await this.pricing.isDeliveryOffered({}, call);
    const request = {
      operation: Ordering.operations.completeCart,
      input,
      call,
      waitMs: this.config.sagas.checkoutWaitMs,
      meanwhile: (orderId: string) => this.#pending(orderId, call),
    };
    const begin = (work: UnitOfWork): Promise<StartedSaga<CheckoutState>> =>
      this.#begin(work, input, deliveryIsOffered);
    const order = await this.sagas.conduct(checkoutSaga, request, begin).catch(async (error: unknown) => {
      if (!(error instanceof QuoteHasExpired)) throw error;
      const refusal = await this.#priceAnew(input.cartId, error.shown, call);
      return await this.sagas.conduct(checkoutSaga, request, async (work) => {
        // Raised where a saga begins, a refusal is kept under the request's key like any other.
        if (refusal !== undefined) throw refusal;
        return await begin(work);
      });
    });
    return { order };
  }

  async #pending(orderId: string, call: CallContext): Promise<PlacedOrder> {
    const row = await this.orders.find(this.database.reader(call), orderId);
    return placedOrder(toOrder(present(row, 'a checkout that runs has an order')), this.secret);
  }

  /** One transaction: the cart is taken, the order stands, the saga will bring it to its end. */
  async #begin(
    work: UnitOfWork,
    { cartId, payment }: { cartId: string; payment: PaymentMethod },
    deliveryIsOffered: boolean,
  ): Promise<StartedSaga<CheckoutState>> {
    const orderId = newId('ord');
    const taken = await this.carts.beginCompletion(work, cartId, orderId, QUOTE_HOLDS);
    if (taken === undefined) return await this.#refuse(work, cartId);
    if (!taken.quoteHolds) throw new QuoteHasExpired(taken.cart.totals.total);
    const { cart } = taken;
    const missing = missingFor(cart, deliveryIsOffered);
    if (missing.length > 0) throw Ordering.errors.cartIncomplete({ missing }, `Missing: ${missing.join(', ')}.`);
    await this.orders.insert(work, { ...cart, id: orderId, cartId, reference: null, placedAt: undefined });
    const lines = cart.lines.filter(({ tracked }) => tracked).map(({ sku, quantity }) => ({ sku, quantity }));
    return { key: orderId, state: { orderId, amount: cart.totals.total, method: payment, lines } };
  }

  async #refuse(work: UnitOfWork, cartId: string): Promise<never> {
    const cart = await this.carts.find(work, cartId);
    if (cart === undefined) throw Ordering.errors.cartNotFound({ cartId });
    throw Ordering.errors.cartAlreadyCompleted({ orderId: cart.orderId ?? '' });
  }

  /** Why the cart is not sold now: the shopper would pay something else than what was shown, or it cannot be priced. */
  async #priceAnew(cartId: string, shown: Money, call: CallContext): Promise<ContractError | undefined> {
    try {
      const { totals } = await this.pricedCart.change({ cartId }, call, (cart) => cart);
      return totals.total.amount === shown.amount ? undefined : Ordering.errors.priceChanged({ cartId, totals });
    } catch (error) {
      if (error instanceof ContractError) return error;
      throw error;
    }
  }
}
