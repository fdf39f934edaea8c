import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { Cart, Ordering } from '../contract/index.ts';
import { addToLines } from '../domain/cart.ts';
import { PricedCart } from './priced-cart.ts';

type AddCartLineOperation = typeof Ordering.operations.addCartLine;

export class AddCartLine implements Coordination<AddCartLineOperation> {
  constructor(@inject(PricedCart) private readonly pricedCart: PricedCart) {}

  async coordinate(input: ParsedInputOf<AddCartLineOperation>, call: CallContext): Promise<Cart> {
    return await this.pricedCart.change(input, call, (cart) => ({
      ...cart,
      lines: addToLines(cart.lines, input.sku, input.quantity),
    }));
  }
}
