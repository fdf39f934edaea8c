import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import { Pricing } from '../../pricing/contract/index.ts';
import type { Ordering } from '../contract/index.ts';
import { PricedCart } from './priced-cart.ts';

type ListOptions = typeof Ordering.operations.listCartDeliveryOptions;

/** Options that can be had in the cart's currency and, once it has an address, in its country. */
export class ListCartDeliveryOptions implements Coordination<ListOptions> {
  constructor(
    @inject(PricedCart) private readonly pricedCart: PricedCart,
    @inject(clientOf(Pricing)) private readonly pricing: Client<typeof Pricing>,
  ) {}

  async coordinate({ cartId }: ParsedInputOf<ListOptions>, call: CallContext): Promise<OutputOf<ListOptions>> {
    const { currency, shippingAddress } = await this.pricedCart.read(cartId, call);
    const country = shippingAddress?.country;
    return {
      items: await this.pricing.listDeliveryOptions({ currency, ...(country === undefined ? {} : { country }) }, call),
    };
  }
}
