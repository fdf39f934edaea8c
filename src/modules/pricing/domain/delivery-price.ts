import type { Money } from '../../../shared/values/index.ts';
import { Pricing, type DeliveryOption } from '../contract/index.ts';

/** Can it be had for this country? While the country is not known, nothing speaks against it. */
export function deliversTo(option: DeliveryOption, country: string | undefined): boolean {
  return country === undefined || option.countries.length === 0 || option.countries.includes(country);
}

/** What delivery costs. Throws `unknownDeliveryOption` where the option is not there for this currency and country. */
export function deliveryPrice(
  code: string,
  option: DeliveryOption | undefined,
  place: { currency: string; country: string | undefined },
): Money {
  const price = option?.prices.find(({ currency }) => currency === place.currency);
  if (option === undefined || price === undefined || !deliversTo(option, place.country)) {
    throw Pricing.errors.unknownDeliveryOption({ code });
  }
  return price;
}
