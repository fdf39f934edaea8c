import { describe, expect, it } from '@jest/globals';
import { goodsToShip } from './goods-to-ship.ts';

const tea = { id: 'lin_1', sku: 'TEA', title: 'Tea', quantity: 3, tracked: true };
const wrapping = { id: 'lin_2', sku: 'WRAP', title: 'Gift wrapping', quantity: 1, tracked: false };

describe('what has to be packed', () => {
  it('is every line of goods, in the order of the order', () => {
    const pot = { ...tea, id: 'lin_3', sku: 'POT', title: 'Pot', quantity: 1 };
    expect(goodsToShip([tea, wrapping, pot])).toEqual([
      { orderLineId: 'lin_1', sku: 'TEA', title: 'Tea', quantity: 3 },
      { orderLineId: 'lin_3', sku: 'POT', title: 'Pot', quantity: 1 },
    ]);
  });

  it('is nothing when only services were bought', () => {
    expect(goodsToShip([wrapping])).toEqual([]);
  });
});
