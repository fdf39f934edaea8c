import { z } from 'zod';

/** ISO 4217 codes in use, as known to the ICU data of this Node. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export const Currency = z
  .string()
  .refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 currency code such as GBP')
  .meta({ examples: ['GBP'] });

/** Largest amount of one document, in minor units: far below 2^53, so that sums of many stay exact. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** An amount of zero or more, in integer minor units (pence, cents) of its currency. */
export const Money = z
  .strictObject({ amount: z.int().min(0).max(MAX_AMOUNT), currency: Currency })
  .meta({ id: 'Money', description: 'Integer minor units of an ISO 4217 currency.' });
export type Money = z.infer<typeof Money>;

/** As Money, of at least one unit: what is given back is never nothing. */
export const PositiveMoney = z
  .strictObject({ amount: z.int().min(1).max(MAX_AMOUNT), currency: Currency })
  .meta({ id: 'PositiveMoney', description: 'One or more integer minor units of an ISO 4217 currency.' });

/** Digits behind the decimal point: 2 for GBP, 0 for JPY, 3 for KWD. Source: ICU's copy of ISO 4217. */
export function minorUnitDigits(currency: string): number {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return digits ?? 2;
}

export function money(amount: number, currency: string): Money {
  return { amount, currency };
}

/** Splits an amount by weights without losing a unit: what rounding leaves goes to the last part. */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + BigInt(weight), 0n);
  if (sum === 0n) return weights.map((_, index) => (index === weights.length - 1 ? amount : 0));
  let given = 0;
  return weights.map((weight, index) => {
    // The product of two amounts passes 2^53, so it is made with big integers.
    const part = index === weights.length - 1 ? amount - given : Number((BigInt(amount) * BigInt(weight)) / sum);
    given += part;
    return part;
  });
}
