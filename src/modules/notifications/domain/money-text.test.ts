import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_AMOUNT, minorUnitDigits } from '../../../shared/values/index.ts';
import { moneyText } from './money-text.ts';

const written = (amount: number, currency: string): string =>
  moneyText(currency)({ amount, currency }).replace(/\s/g, ' ');

describe('amounts in messages', () => {
  it.each([
    [123_456, 'GBP', '£1,234.56'],
    [5, 'GBP', '£0.05'],
    [0, 'GBP', '£0.00'],
    [1_999, 'USD', 'US$19.99'],
    [1_250, 'JPY', 'JP¥1,250'],
    [1_234_567, 'KWD', 'KWD 1,234.567'],
    [MAX_AMOUNT - 1, 'EUR', '€9,999,999,999.99'],
  ])('%i minor units of %s are written %s', (amount, currency, text) => {
    expect(written(amount, currency)).toBe(text);
  });

  it('never lose or gain a minor unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: MAX_AMOUNT }), fc.constantFrom('GBP', 'JPY', 'KWD', 'USD'), (amount, currency) => {
        const digits = written(amount, currency).replace(/\D/g, '');
        expect(Number(digits)).toBe(amount);
        expect(digits.length).toBeGreaterThan(minorUnitDigits(currency));
      }),
    );
  });
});
