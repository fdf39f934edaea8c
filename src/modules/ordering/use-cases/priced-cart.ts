import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client } from '../../../shared/calls/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import { Pricing } from '../../pricing/contract/index.ts';
import { Ordering, type Cart } from '../contract/index.ts';
import type { ChosenLine } from '../domain/cart.ts';
import { CartRepository, type CartContent } from '../persistence/cart.repository.ts';

/** How often a change is tried again when another one came between, where the caller named no version. */
const MAX_ATTEMPTS = 5;

/** What a shopper chose; lines have no price yet. */
export type CartChoice = Omit<CartContent, 'lines' | 'totals'> & { readonly lines: readonly ChosenLine[] };

/** Reads, prices and changes carts: what every use case about a cart has in common. */
export class PricedCart {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(CartRepository) private readonly carts: CartRepository,
    @inject(clientOf(Pricing)) private readonly pricing: Client<typeof Pricing>,
  ) {}

  /** Throws cartNotFound. */
  async read(cartId: string, call: CallContext): Promise<Cart> {
    const cart = await this.carts.find(this.database.reader(call), cartId);
    if (cart === undefined) throw Ordering.errors.cartNotFound({ cartId });
    return cart;
  }

  /** The choice with today's prices. */
  async price(currency: string, choice: CartChoice, call: CallContext): Promise<CartContent> {
    const country = choice.shippingAddress?.country;
    const quote = await this.pricing.quoteCart(
      {
        currency,
        lines: choice.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        ...(choice.deliveryOption === null ? {} : { deliveryOption: choice.deliveryOption }),
        ...(country === undefined ? {} : { country }),
        ...(choice.coupon === null ? {} : { coupon: choice.coupon }),
      },
      call,
    );
    const lines = choice.lines.map((line, index) => {
      const quoted = quote.lines[index];
      if (quoted === undefined) throw new Error('a quote has as many lines as were asked for');
      return { ...quoted, id: line.id };
    });
    return { ...choice, lines, totals: quote.totals };
  }

  /**
   * Changes an open cart and prices it anew. With `version`, only that version is changed; without one, a change that
   * came between is read and the choice made again. Throws cartNotFound, cartAlreadyCompleted, or a stale version.
   */
  async change(
    request: { cartId: string; version?: number | undefined },
    call: CallContext,
    choose: (cart: Cart) => CartChoice,
  ): Promise<Cart> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const cart = await this.read(request.cartId, call);
      if (cart.status !== 'open') throw Ordering.errors.cartAlreadyCompleted({ orderId: cart.orderId ?? '' });
      if (request.version !== undefined && request.version !== cart.version)
        throw problems.versionConflict(cart.version);
      const content = await this.price(cart.currency, choose(cart), call);
      const changed = await this.database.transaction(call, (work) =>
        this.carts.change(work, cart.id, cart.version, content),
      );
      if (changed !== undefined) return changed;
    }
    throw problems.versionConflict((await this.read(request.cartId, call)).version);
  }
}
