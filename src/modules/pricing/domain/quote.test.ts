import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_AMOUNT, money } from '../../../shared/values/index.ts';
import { Pricing, type QuotedLine } from '../contract/index.ts';
import { deliveryPrice } from './delivery-price.ts';
import { priceLines, type CartLine, type Offer } from './price-lines.ts';
import { sumQuote } from './sum-quote.ts';

const offer = (sku: string, changes: Partial<Offer> = {}): Offer => ({
  sku,
  title: `The ${sku}`,
  prices: [money(250, 'GBP'), money(300, 'EUR')],
  tracked: true,
  published: true,
  ...changes,
});

function failureOf(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

const amount = fc.integer({ min: 0, max: MAX_AMOUNT });
const quantity = fc.integer({ min: 1, max: 100_000 });
const cart = fc.array(
  fc.record({ sku: fc.constantFrom('TEA', 'MUG', 'TIN'), quantity, unitPrice: fc.option(amount, { nil: undefined }) }),
  { maxLength: 30 },
);
const toLines = (given: { sku: string; quantity: number; unitPrice: number | undefined }[]): CartLine[] =>
  given.map((line) => ({
    ...line,
    unitPrice: line.unitPrice === undefined ? undefined : money(line.unitPrice, 'GBP'),
  }));

describe('a quote', () => {
  it('takes the catalog price of the currency asked for', () => {
    const [line] = priceLines([{ sku: 'TEA', quantity: 3 }], [offer('TEA')], 'EUR');
    expect(line).toEqual({
      sku: 'TEA',
      title: 'The TEA',
      tracked: true,
      quantity: 3,
      unitPrice: money(300, 'EUR'),
      total: money(900, 'EUR'),
    });
  });

  it("lets staff name a price and a title instead of the catalog's, also where the catalog has no price", () => {
    const line = { sku: 'TEA', quantity: 2, unitPrice: money(0, 'GBP'), title: 'A gift' };
    const [quoted] = priceLines([line], [offer('TEA', { prices: [] })], 'GBP');
    expect(quoted).toMatchObject({ title: 'A gift', unitPrice: money(0, 'GBP'), total: money(0, 'GBP') });
  });

  it('refuses goods that are unknown or not published, even at a price that staff name', () => {
    const lines = ['TEA', 'MUG', 'TIN', 'MUG'].map((sku) => ({ sku, quantity: 1, unitPrice: money(1, 'GBP') }));
    const error = failureOf(() => priceLines(lines, [offer('TEA'), offer('TIN', { published: false })], 'GBP'));
    expect(Pricing.errors.unknownSku.is(error) && error.details.skus).toEqual(['MUG', 'TIN']);
  });

  it('refuses a price in another currency, and goods without a price in the currency', () => {
    const foreign = failureOf(() =>
      priceLines([{ sku: 'TEA', quantity: 1, unitPrice: money(1, 'USD') }], [offer('TEA')], 'GBP'),
    );
    expect(Pricing.errors.wrongCurrency.is(foreign) && foreign.details).toEqual({ skus: ['TEA'], currency: 'GBP' });
    const unpriced = failureOf(() => priceLines([{ sku: 'TEA', quantity: 1 }], [offer('TEA')], 'JPY'));
    expect(Pricing.errors.noPrice.is(unpriced) && unpriced.details).toEqual({ skus: ['TEA'], currency: 'JPY' });
  });

  it('keeps the lines in their order and number, and multiplies exactly or refuses', () => {
    fc.assert(
      fc.property(cart, (given) => {
        const lines = toLines(given);
        const exact = lines.map((line) => BigInt(line.unitPrice?.amount ?? 250) * BigInt(line.quantity));
        if (exact.some((total) => total > BigInt(MAX_AMOUNT))) {
          const error = failureOf(() =>
            priceLines(
              lines,
              ['TEA', 'MUG', 'TIN'].map((sku) => offer(sku)),
              'GBP',
            ),
          );
          expect(Pricing.errors.amountTooLarge.is(error)).toBe(true);
          return;
        }
        const quoted = priceLines(
          lines,
          ['TIN', 'TEA', 'MUG'].map((sku) => offer(sku)),
          'GBP',
        );
        expect(quoted.map(({ sku, quantity: count }) => [sku, count])).toEqual(
          lines.map((line) => [line.sku, line.quantity]),
        );
        expect(quoted.map(({ total }) => BigInt(total.amount))).toEqual(exact);
      }),
    );
  });

  it('has totals that add up and are never negative, or are refused as too large', () => {
    const line = (total: number): QuotedLine => ({
      sku: 'TEA',
      title: 'Tea',
      tracked: true,
      quantity: 1,
      unitPrice: money(total, 'GBP'),
      total: money(total, 'GBP'),
    });
    const totals = fc.array(fc.oneof(fc.integer({ min: 0, max: 5_000 }), amount), { maxLength: 20 });
    fc.assert(
      fc.property(totals, fc.option(amount, { nil: undefined }), (given, delivery) => {
        const items = given.reduce((sum, total) => sum + BigInt(total), 0n);
        const all = items + BigInt(delivery ?? 0);
        const make = () =>
          sumQuote(given.map(line), delivery === undefined ? undefined : money(delivery, 'GBP'), 'GBP');
        if (all > BigInt(MAX_AMOUNT)) {
          expect(Pricing.errors.amountTooLarge.is(failureOf(make))).toBe(true);
          return;
        }
        const quote = make();
        expect(BigInt(quote.items.amount)).toBe(items);
        expect(quote.total.amount).toBe(
          quote.items.amount - quote.discount.amount + quote.delivery.amount + quote.tax.amount,
        );
        for (const part of Object.values(quote)) {
          expect(part.amount).toBeGreaterThanOrEqual(0);
          expect(part.currency).toBe('GBP');
        }
      }),
    );
  });
});

describe('delivery', () => {
  const post = { code: 'post', title: 'Post', prices: [money(399, 'GBP')], countries: ['GB', 'IE'] };

  it('costs what the option says in the currency', () => {
    expect(deliveryPrice('post', post, { currency: 'GBP', country: 'IE' })).toEqual(money(399, 'GBP'));
  });

  it('can be quoted before the country is known', () => {
    expect(deliveryPrice('post', post, { currency: 'GBP', country: undefined })).toEqual(money(399, 'GBP'));
  });

  it('reaches everywhere where the option names no country', () => {
    expect(deliveryPrice('post', { ...post, countries: [] }, { currency: 'GBP', country: 'NZ' })).toEqual(
      money(399, 'GBP'),
    );
  });

  it.each([
    ['there is no such option', undefined, 'GBP', 'GB'],
    ['it has no price in the currency', post, 'EUR', 'GB'],
    ['it does not go to the country', post, 'GBP', 'FR'],
  ])('is refused where %s', (_why, option, currency, country) => {
    const error = failureOf(() => deliveryPrice('post', option, { currency, country }));
    expect(Pricing.errors.unknownDeliveryOption.is(error) && error.details).toEqual({ code: 'post' });
  });
});
