import { MAX_AMOUNT, money, type Money } from '../../../shared/values/index.ts';
import { Pricing, type QuotedLine } from '../contract/index.ts';

/** A line as the cart has it. */
export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  /** Set by staff: replaces the catalog's price. */
  readonly unitPrice?: Money | undefined;
  readonly title?: string | undefined;
}

/** What the catalog says of a SKU. */
export interface Offer {
  readonly sku: string;
  readonly title: string;
  readonly prices: readonly Money[];
  readonly tracked: boolean;
  readonly published: boolean;
}

/** Each line with its price, in the order given. Throws the first reason why some cannot be priced, with all its SKUs. */
export function priceLines(lines: readonly CartLine[], offers: readonly Offer[], currency: string): QuotedLine[] {
  const forSale = new Map(offers.filter(({ published }) => published).map((offer) => [offer.sku, offer]));
  const unknown = skusWhere(lines, ({ sku }) => !forSale.has(sku));
  if (unknown.length > 0) throw Pricing.errors.unknownSku({ skus: unknown });
  const foreign = skusWhere(lines, ({ unitPrice }) => unitPrice !== undefined && unitPrice.currency !== currency);
  if (foreign.length > 0) throw Pricing.errors.wrongCurrency({ skus: foreign, currency });

  const unpriced: string[] = [];
  const priced: QuotedLine[] = [];
  for (const line of lines) {
    const offer = forSale.get(line.sku);
    const unitPrice = line.unitPrice ?? offer?.prices.find((price) => price.currency === currency);
    if (offer === undefined || unitPrice === undefined) unpriced.push(line.sku);
    else priced.push(priceLine(line, offer, unitPrice));
  }
  if (unpriced.length > 0) throw Pricing.errors.noPrice({ skus: [...new Set(unpriced)], currency });
  return priced;
}

function priceLine({ sku, quantity, title }: CartLine, offer: Offer, unitPrice: Money): QuotedLine {
  const total = money(chargeable(unitPrice.amount * quantity), unitPrice.currency);
  return { sku, title: title ?? offer.title, tracked: offer.tracked, quantity, unitPrice, total };
}

/**
 * The amount, if it can be charged; else throws `amountTooLarge`. A product past 2^53 is rounded, but never down to
 * MAX_AMOUNT, and everything up to MAX_AMOUNT is exact: so the comparison is right for all of them.
 */
export function chargeable(amount: number): number {
  if (amount > MAX_AMOUNT) throw Pricing.errors.amountTooLarge({ limit: MAX_AMOUNT });
  return amount;
}

function skusWhere(lines: readonly CartLine[], matches: (line: CartLine) => boolean): string[] {
  return [...new Set(lines.filter(matches).map(({ sku }) => sku))];
}
