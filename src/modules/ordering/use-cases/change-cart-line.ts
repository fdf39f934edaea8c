import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { Cart, Ordering } from '../contract/index.ts';
import { changeQuantity } from '../domain/cart.ts';
import { PricedCart } from './priced-cart.ts';

type ChangeCartLineOperation = typeof Ordering.operations.changeCartLine;

export class ChangeCartLine implements Coordination<ChangeCartLineOperation> {
  constructor(@inject(PricedCart) private readonly pricedCart: PricedCart) {}

  async coordinate(input: ParsedInputOf<ChangeCartLineOperation>, call: CallContext): Promise<Cart> {
    return await this.pricedCart.change(input, call, (cart) => ({
      ...cart,
      lines: changeQuantity(cart.lines, input.lineId, input.quantity),
    }));
  }
}
