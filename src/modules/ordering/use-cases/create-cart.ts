import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Cart, Ordering } from '../contract/index.ts';
import { chooseLines } from '../domain/cart.ts';
import { CartRepository } from '../persistence/cart.repository.ts';
import { PricedCart } from './priced-cart.ts';

type CreateCartOperation = typeof Ordering.operations.createCart;

export class CreateCart implements Coordination<CreateCartOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(CartRepository) private readonly carts: CartRepository,
    @inject(PricedCart) private readonly pricedCart: PricedCart,
  ) {}

  async coordinate(input: ParsedInputOf<CreateCartOperation>, call: CallContext): Promise<Cart> {
    const choice = {
      email: input.email ?? null,
      lines: chooseLines(input.lines),
      shippingAddress: input.shippingAddress ?? null,
      deliveryOption: input.deliveryOption ?? null,
      coupon: input.coupon ?? null,
    };
    const content = await this.pricedCart.price(input.currency, choice, call);
    return await this.database.transaction(call, (work) =>
      this.carts.insert(work, newId('crt'), input.currency, content),
    );
  }
}
