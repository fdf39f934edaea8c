import { describe, expect, it } from '@jest/globals';
import { lowStockNotice } from './stock-messages.ts';

describe('what the merchant reads when goods run low', () => {
  it('says what is left, and why it is told', () => {
    expect(lowStockNotice({ sku: 'TEA-TIN', available: 3, threshold: 5 })).toEqual({
      subject: 'TEA-TIN runs low',
      body: 'There are 3 pieces of TEA-TIN left to sell. You asked to be told at 5.\n',
    });
    expect(lowStockNotice({ sku: 'TEA-TIN', available: 1, threshold: 1 }).body).toContain('There is 1 piece of');
    expect(lowStockNotice({ sku: 'TEA-TIN', available: 0, threshold: 1 }).body).toContain('There are 0 pieces of');
  });
});
