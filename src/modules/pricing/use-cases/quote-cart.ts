import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { CLOCK, DATABASE } from '../../../shared/module/index.ts';
import type { Clock, Money } from '../../../shared/values/index.ts';
import { Catalog } from '../../catalog/contract/index.ts';
import { Pricing } from '../contract/index.ts';
import { deliveryPrice } from '../domain/delivery-price.ts';
import { priceLines, type Offer } from '../domain/price-lines.ts';
import { sumQuote } from '../domain/sum-quote.ts';
import { DeliveryOptionCache } from '../persistence/delivery-option-cache.ts';
import { DeliveryOptionRepository } from '../persistence/delivery-option.repository.ts';

type QuoteCartOperation = typeof Pricing.operations.quoteCart;
type QuoteRequest = ParsedInputOf<QuoteCartOperation>;

/** One call to the catalog, where there are lines; delivery comes from the cache; the rest is arithmetic. */
export class QuoteCart implements Coordination<QuoteCartOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(clientOf(Catalog)) private readonly catalog: Client<typeof Catalog>,
    @inject(DeliveryOptionRepository) private readonly options: DeliveryOptionRepository,
    @inject(DeliveryOptionCache) private readonly cache: DeliveryOptionCache,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async coordinate(input: QuoteRequest, call: CallContext): Promise<OutputOf<QuoteCartOperation>> {
    // There are no coupons yet, so that none is known.
    if (input.coupon !== undefined) throw Pricing.errors.unknownCoupon({ coupon: input.coupon });
    const lines = priceLines(input.lines, await this.#offers(input, call), input.currency);
    return { lines, totals: sumQuote(lines, await this.#delivery(input, call), input.currency) };
  }

  async #offers({ lines }: QuoteRequest, call: CallContext): Promise<Offer[]> {
    if (lines.length === 0) return [];
    return await this.catalog.getVariants({ skus: [...new Set(lines.map(({ sku }) => sku))] }, call);
  }

  async #delivery(input: QuoteRequest, call: CallContext): Promise<Money | undefined> {
    const { deliveryOption: code, currency, country } = input;
    if (code === undefined) return undefined;
    const nowMs = this.clock.now().getTime();
    const options = await this.cache.all(nowMs, () => this.options.list(this.database.reader(call)));
    const option = options.find((offered) => offered.code === code);
    return deliveryPrice(code, option, { currency, country });
  }
}
