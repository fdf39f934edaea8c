import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ContractError } from '../../../shared/errors/index.ts';
import { divideLines } from './dispatched-lines.ts';

const tea = { orderLineId: 'lin_tea', sku: 'TEA', title: 'Tea', quantity: 3 };
const mug = { orderLineId: 'lin_mug', sku: 'MUG', title: 'Mug', quantity: 1 };
const shipment = { id: 'shp_1', lines: [tea, mug] };

describe('a shipment that is sent', () => {
  it('goes whole unless somebody says what of it goes', () => {
    expect(divideLines(shipment, undefined)).toEqual({ going: [tea, mug], staying: [] });
  });

  it('leaves behind what does not go, in the order of its lines', () => {
    const wish = [
      { orderLineId: 'lin_mug', quantity: 1 },
      { orderLineId: 'lin_tea', quantity: 1 },
      { orderLineId: 'lin_tea', quantity: 1 },
    ];
    expect(divideLines(shipment, wish)).toEqual({
      going: [{ ...tea, quantity: 2 }, mug],
      staying: [{ ...tea, quantity: 1 }],
    });
  });

  it('holds no more than it holds', () => {
    for (const wish of [[{ orderLineId: 'lin_tea', quantity: 4 }], [{ orderLineId: 'lin_pot', quantity: 1 }]]) {
      expect(() => divideLines(shipment, wish)).toThrow(ContractError);
    }
  });

  it('loses no piece, however it is divided', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 9 }), { minLength: 1 }),
        fc.infiniteStream(fc.nat({ max: 9 })),
        (held, chance) => {
          const lines = held.map((quantity, index) => ({
            ...tea,
            orderLineId: `lin_${index}`,
            quantity: quantity + 1,
          }));
          const wish = lines
            .map(({ orderLineId, quantity }) => ({
              orderLineId,
              quantity: (chance.next().value as number) % (quantity + 1),
            }))
            .filter(({ quantity }) => quantity > 0);
          const { going, staying } = divideLines({ id: 'shp_1', lines }, wish);
          for (const { orderLineId, quantity } of lines) {
            const pieces = [...going, ...staying].filter((line) => line.orderLineId === orderLineId);
            expect(pieces.reduce((sum, line) => sum + line.quantity, 0)).toBe(quantity);
          }
          expect([...going, ...staying].every(({ quantity }) => quantity > 0)).toBe(true);
        },
      ),
    );
  });
});
