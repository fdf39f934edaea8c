import { csvLimits } from './csv-limits.ts';

export type PriceReading =
  { ok: true; minorUnits: number } | { ok: false; code: 'invalid_price' | 'price_too_precise'; message: string };

/** Reads "9.99" digit by digit: a float would make 1.005 cheaper than it is written. */
export function parsePrice(text: string, currency: string, decimals: number): PriceReading {
  const digits = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text);
  if (!digits) {
    return { ok: false, code: 'invalid_price', message: `"${text.slice(0, 40)}" is not a price such as 9.99.` };
  }
  const whole = digits[1] ?? '0';
  const fraction = (digits[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) {
    return { ok: false, code: 'price_too_precise', message: `${currency} has ${decimals} decimals; ${text} has more.` };
  }
  const minorUnits = BigInt(whole + fraction.padEnd(decimals, '0'));
  if (minorUnits > BigInt(csvLimits.priceMinorUnits)) {
    return { ok: false, code: 'invalid_price', message: `${text} is above the highest price that can be imported.` };
  }
  return { ok: true, minorUnits: Number(minorUnits) };
}

export function formatPrice(minorUnits: number, decimals: number): string {
  if (decimals === 0) return String(minorUnits);
  const digits = String(minorUnits).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
