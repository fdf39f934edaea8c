import { defineModule } from '../../shared/module/index.ts';
import { Catalog } from '../catalog/contract/index.ts';
import { Pricing } from './contract/index.ts';
import { DeliveryOptionCache } from './persistence/delivery-option-cache.ts';
import { DeliveryOptionRepository } from './persistence/delivery-option.repository.ts';
import { pricingRoutes } from './pricing.routes.ts';
import { IsDeliveryOffered } from './use-cases/is-delivery-offered.ts';
import { ListDeliveryOptions } from './use-cases/list-delivery-options.ts';
import { PutDeliveryOption } from './use-cases/put-delivery-option.ts';
import { QuoteCart } from './use-cases/quote-cart.ts';
import { RemoveDeliveryOption } from './use-cases/remove-delivery-option.ts';

export const pricingModule = defineModule(Pricing, {
  knows: [Catalog],
  provides: [DeliveryOptionRepository, DeliveryOptionCache],
  operations: {
    quoteCart: QuoteCart,
    isDeliveryOffered: IsDeliveryOffered,
    listDeliveryOptions: ListDeliveryOptions,
    putDeliveryOption: PutDeliveryOption,
    removeDeliveryOption: RemoveDeliveryOption,
  },
  routes: pricingRoutes,
});
