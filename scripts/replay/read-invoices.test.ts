import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { formatPence, parsePence } from './exact-pence.ts';
import { invoiceColumns, readInvoices } from './read-invoices.ts';
import { isGoodsCode, toHandle, toSku } from './stock-code.ts';

const header = invoiceColumns.join();
const read = (...rows: string[]) => readInvoices('some.csv', [header, ...rows].join('\n'));
const sale = '7,10101A,POT,2,2024-03-01 08:05:00,2.55,20001.0,United Kingdom';

describe('an invoice line', () => {
  const sample = readInvoices('samples/invoices.csv', readFileSync(path.resolve('samples/invoices.csv'), 'utf8'));

  it('is a sale, a cancellation or neither, and none is lost', () => {
    expect([sample.sales.length, sample.cancellations.length, sample.leftOut.length]).toEqual([14, 8, 4]);
    expect(sample.rows).toHaveLength(26);
    expect(sample.leftOut.map(({ row, reason }) => [row, reason])).toEqual([
      [14, 'bookkeeping entry'],
      [15, 'negative quantity outside a cancellation: a stock write-off'],
      [16, 'price 0'],
      [27, 'negative quantity outside a cancellation: a stock write-off'],
    ]);
  });

  it('is read with its price in whole pence, its time as UTC and its customer without the stray decimal', () => {
    expect(read(sale).sales).toEqual([
      {
        file: 'some.csv',
        row: 2,
        invoice: '7',
        stockCode: '10101A',
        sku: '10101A',
        isGoods: true,
        description: 'POT',
        quantity: 2,
        unitPricePence: 255,
        date: '2024-03-01T08:05:00.000Z',
        customer: '20001',
      },
    ]);
  });

  it('that cannot be read is named as a fault, never left out in silence', () => {
    const file = read(
      sale.replace(',2,', ',two,'),
      sale.replace('2.55', '0.001'),
      sale.replace('03-01', '02-31'),
      sale.replace('7,', ','),
      `${sale},more`,
    );
    expect(file.sales).toEqual([]);
    expect(file.leftOut.map((row) => [row.isFault, row.reason])).toEqual([
      [true, 'unreadable: the quantity is no whole number'],
      [true, 'unreadable: the price is no amount in whole pence'],
      [true, 'unreadable: the date is none'],
      [true, 'unreadable: no invoice number or no stock code'],
      [true, 'unreadable: 9 cells instead of 8'],
    ]);
  });

  it('comes only from a file with the columns of invoices', () => {
    expect(() => readInvoices('catalog.csv', 'Handle,Title\npot,Pot')).toThrow('catalog.csv is no invoice file');
  });
});

describe('a stock code', () => {
  it('is one SKU however the clerk typed it', () => {
    expect([' 85123a', '85123A ', 'bank charges', 'gift_0001/20', '(M)'].map(toSku)).toEqual([
      '85123A',
      '85123A',
      'BANK-CHARGES',
      'GIFT_0001-20',
      'M-',
    ]);
  });

  it('is goods, which move stock, or a charge, which does not', () => {
    expect(['85123A', '22139', '15056BL'].every(isGoodsCode)).toBe(true);
    expect(['POST', 'DOT', 'C2', 'M', 'D', 'BANK-CHARGES', 'AMAZONFEE', 'B', 'S'].some(isGoodsCode)).toBe(false);
  });

  it('never shares the address of its product with another', () => {
    const handles = ['A-B', 'A.B', 'A_B', 'A--B', 'A-', 'A', '85123A'].map(toHandle);
    expect(new Set(handles).size).toBe(7);
    expect(handles.every((handle) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(handle))).toBe(true);
    expect(toHandle('BANK-CHARGES')).toBe('bank-charges');
  });
});

describe('an amount', () => {
  it('is counted in whole pence from the digits as written', () => {
    expect(['2.55', '0.29', '10', '569.77', '1.10', '-11062.06', '27.500', '-0.0'].map(parsePence)).toEqual([
      255, 29, 1000, 56977, 110, -1106206, 2750, 0,
    ]);
    expect(['', '1.005', '1e3', '£3', '1,000.00'].map(parsePence)).toEqual([null, null, null, null, null]);
    expect([15365288, -318958, 5, 0].map(formatPence)).toEqual(['153,652.88', '-3,189.58', '0.05', '0.00']);
  });
});
