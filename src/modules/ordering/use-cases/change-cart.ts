import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { Cart, Ordering } from '../contract/index.ts';
import { PricedCart } from './priced-cart.ts';

type ChangeCartOperation = typeof Ordering.operations.changeCart;

export class ChangeCart implements Coordination<ChangeCartOperation> {
  constructor(@inject(PricedCart) private readonly pricedCart: PricedCart) {}

  async coordinate(input: ParsedInputOf<ChangeCartOperation>, call: CallContext): Promise<Cart> {
    return await this.pricedCart.change(input, call, (cart) => ({
      ...cart,
      email: input.email === undefined ? cart.email : input.email,
      shippingAddress: input.shippingAddress === undefined ? cart.shippingAddress : input.shippingAddress,
      deliveryOption: input.deliveryOption === undefined ? cart.deliveryOption : input.deliveryOption,
      coupon: input.coupon === undefined ? cart.coupon : input.coupon,
    }));
  }
}
