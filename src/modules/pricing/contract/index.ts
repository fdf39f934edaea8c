import { z } from 'zod';
import { command, defineContract, problem, query } from '../../../shared/contract/index.ts';
import { Currency, MAX_LINES, Money, Quantity, Sku } from '../../../shared/values/index.ts';

const Country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 country code such as GB');
const OptionCode = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'must be lower-case letters, digits, - and _');

export const Totals = z
  .object({ items: Money, discount: Money, delivery: Money, tax: Money, total: Money })
  .meta({ id: 'Totals' });
export type Totals = z.infer<typeof Totals>;

export const QuotedLine = z.object({
  sku: Sku,
  title: z.string(),
  tracked: z.boolean(),
  quantity: Quantity,
  unitPrice: Money,
  total: Money,
});
export type QuotedLine = z.infer<typeof QuotedLine>;

export const DeliveryOption = z.object({
  code: OptionCode,
  title: z.string(),
  /** One for each currency in which it can be had. */
  prices: z.array(Money),
  /** Empty: everywhere. */
  countries: z.array(Country),
});
export type DeliveryOption = z.infer<typeof DeliveryOption>;

export const Pricing = defineContract('pricing', {
  operations: {
    /** What these lines cost now. The lines come back in the order and number in which they were given. */
    quoteCart: query(
      z.strictObject({
        currency: Currency,
        lines: z
          .array(
            z.strictObject({
              sku: Sku,
              quantity: Quantity,
              /** Set by staff: replaces the catalog's price. */
              unitPrice: Money.optional(),
              title: z.string().max(300).optional(),
            }),
          )
          .max(MAX_LINES),
        deliveryOption: OptionCode.optional(),
        /** Where the goods go. While that is not known, options for certain countries are quoted too. */
        country: Country.optional(),
        coupon: z.string().min(1).max(50).optional(),
      }),
      z.object({ lines: z.array(QuotedLine), totals: Totals }),
    ),
    /** Whether there is anything to choose: where there is, an order needs an address and an option. */
    isDeliveryOffered: query(z.strictObject({}), z.object({ offered: z.boolean() })),
    /** Options with a price in `currency`, and only that; all options, with all prices, where it is absent. */
    listDeliveryOptions: query(
      z.strictObject({ currency: Currency.optional(), country: Country.optional() }),
      z.array(DeliveryOption),
    ),
    /** Creates the option or replaces the one with this code. */
    putDeliveryOption: command(
      z.strictObject({
        code: OptionCode,
        title: z.string().trim().min(1).max(200),
        prices: z
          .array(Money)
          .min(1)
          .max(50)
          .refine(
            (prices) => new Set(prices.map(({ currency }) => currency)).size === prices.length,
            'must hold one price per currency',
          ),
        countries: z.array(Country).max(300).default([]),
      }),
      DeliveryOption,
      { repeat: 'natural' },
    ),
    /** Removing what is not there is not an error. */
    removeDeliveryOption: command(z.strictObject({ code: OptionCode }), z.void(), { repeat: 'natural' }),
  },
  errors: {
    unknownSku: problem(422, 'Not for sale', z.object({ skus: z.array(z.string()) })),
    noPrice: problem(422, 'No price in this currency', z.object({ skus: z.array(z.string()), currency: z.string() })),
    wrongCurrency: problem(
      422,
      'A price is in another currency',
      z.object({ skus: z.array(z.string()), currency: z.string() }),
    ),
    amountTooLarge: problem(422, 'The total is larger than can be charged', z.object({ limit: z.int() })),
    unknownDeliveryOption: problem(422, 'No such delivery option here', z.object({ code: z.string() })),
    unknownCoupon: problem(422, 'No such coupon', z.object({ coupon: z.string() })),
  },
});
