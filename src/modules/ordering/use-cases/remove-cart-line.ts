import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { Cart, Ordering } from '../contract/index.ts';
import { withoutLine } from '../domain/cart.ts';
import { PricedCart } from './priced-cart.ts';

type RemoveCartLineOperation = typeof Ordering.operations.removeCartLine;

export class RemoveCartLine implements Coordination<RemoveCartLineOperation> {
  constructor(@inject(PricedCart) private readonly pricedCart: PricedCart) {}

  async coordinate(input: ParsedInputOf<RemoveCartLineOperation>, call: CallContext): Promise<Cart> {
    return await this.pricedCart.change(input, call, (cart) => ({
      ...cart,
      lines: withoutLine(cart.lines, input.lineId),
    }));
  }
}
