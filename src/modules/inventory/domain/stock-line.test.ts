import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bringTheSame, sumBySku } from './stock-line.ts';

const lines = fc.array(
  fc.record({ sku: fc.constantFrom('TEA', 'MUG', 'TIN', 'POT'), quantity: fc.integer({ min: 1, max: 100_000 }) }),
  { maxLength: 50 },
);
const pieces = (list: readonly { quantity: number }[]): number => list.reduce((sum, { quantity }) => sum + quantity, 0);

describe('stock lines', () => {
  it('are summed, so that the same goods ordered twice are counted twice', () => {
    const summed = sumBySku([
      { sku: 'TEA', quantity: 2 },
      { sku: 'MUG', quantity: 1 },
      { sku: 'TEA', quantity: 3 },
    ]);
    expect(summed).toEqual([
      { sku: 'TEA', quantity: 5 },
      { sku: 'MUG', quantity: 1 },
    ]);
  });

  it('lose no piece and name each SKU once when they are summed', () => {
    fc.assert(
      fc.property(lines, (given) => {
        const summed = sumBySku(given);
        expect(pieces(summed)).toBe(pieces(given));
        expect(new Set(summed.map(({ sku }) => sku)).size).toBe(summed.length);
      }),
    );
  });

  it('bring the same in any order', () => {
    fc.assert(fc.property(lines, (given) => expect(bringTheSame(given, [...given].reverse())).toBe(true)));
  });

  it('do not bring the same when one piece or one SKU more is there', () => {
    const one = [{ sku: 'TEA', quantity: 1 }];
    expect(bringTheSame(one, [{ sku: 'TEA', quantity: 2 }])).toBe(false);
    expect(bringTheSame(one, [...one, { sku: 'MUG', quantity: 1 }])).toBe(false);
    expect(bringTheSame([...one, { sku: 'MUG', quantity: 1 }], one)).toBe(false);
  });
});
