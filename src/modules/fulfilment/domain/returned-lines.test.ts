import { describe, expect, it } from '@jest/globals';
import type { Disposition } from '../../inventory/contract/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { planReturnedLines } from './returned-lines.ts';

const cheap = { orderLineId: 'lin_1', sku: 'TEA', title: 'Tea', quantity: 2 };
const dear = { orderLineId: 'lin_2', sku: 'TEA', title: 'Tea', quantity: 1 };
const mug = { orderLineId: 'lin_3', sku: 'MUG', title: 'Mug', quantity: 1 };
const sent = [cheap, mug, dear];

const bySku = (sku: string, quantity: number, disposition: Disposition = 'restock') => ({ sku, quantity, disposition });
const plan = (...wish: Parameters<typeof planReturnedLines>[3]) => planReturnedLines('ord_1', sent, [], wish);

describe('goods that come back', () => {
  it('are found by their SKU on the lines that sent them, the first line first', () => {
    expect(plan(bySku('TEA', 3, 'write_off'))).toEqual([
      { ...cheap, disposition: 'write_off' },
      { ...dear, disposition: 'write_off' },
    ]);
    expect(plan(bySku('TEA', 1), { orderLineId: 'lin_2', quantity: 1, disposition: 'restock' })).toEqual([
      { ...cheap, quantity: 1, disposition: 'restock' },
      { ...dear, disposition: 'restock' },
    ]);
  });

  it('may be restocked in part and written off in part', () => {
    expect(plan(bySku('TEA', 1), bySku('TEA', 2, 'write_off'))).toEqual([
      { ...cheap, quantity: 1, disposition: 'restock' },
      { ...cheap, quantity: 1, disposition: 'write_off' },
      { ...dear, disposition: 'write_off' },
    ]);
  });

  it('count what came in several parcels, less what has come back', () => {
    const inTwo = [cheap, { ...cheap, quantity: 1 }];
    const returned = [{ orderLineId: 'lin_1', quantity: 2 }];
    expect(planReturnedLines('ord_1', inTwo, returned, [bySku('TEA', 1)])).toEqual([
      { ...cheap, quantity: 1, disposition: 'restock' },
    ]);
    const returnable = (): unknown => planReturnedLines('ord_1', inTwo, returned, [bySku('TEA', 2)]);
    expect(returnable).toThrow(expect.objectContaining({ details: { orderId: 'ord_1', sku: 'TEA', returnable: 1 } }));
  });

  it('are none that were not sent', () => {
    const refusals = [
      () => plan(bySku('POT', 1)),
      () => plan(bySku('MUG', 1), bySku('MUG', 1)),
      () => plan({ orderLineId: 'lin_9', quantity: 1, disposition: 'restock' as const }),
    ];
    for (const refused of refusals) {
      expect(refused).toThrow(expect.objectContaining({ code: Fulfilment.errors.notReturnable.code }));
    }
    const nothing = (): unknown => planReturnedLines('ord_1', [], [], [bySku('TEA', 1)]);
    expect(nothing).toThrow(expect.objectContaining({ code: Fulfilment.errors.nothingDispatched.code }));
  });
});
