import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { csvLimits } from './csv-limits.ts';
import { parseProductCsv } from './parse-product-csv.ts';

const partnersSample = path.resolve('../shared/data/shopify/home-and-garden.csv');
const ownSample = path.resolve('samples/catalog.csv');

const columns = 'Handle,Title,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Tags';

function parse(...rows: string[]) {
  return parseProductCsv([columns, ...rows].join('\n'), 'GBP', 2);
}

function codes(...rows: string[]) {
  return parse(...rows).errors.map(({ row, column, code }) => ({ row, column, code }));
}

describe('a product file in the format of Shopify', () => {
  it('becomes products with all their variants and images', () => {
    const { products, errors, rejected } = parseProductCsv(readFileSync(ownSample, 'utf8'), 'GBP', 2);
    expect({ errors, rejected }).toEqual({ errors: [], rejected: 0 });
    expect(products.map((product) => [product.handle, product.variants.length, product.images.length])).toEqual([
      ['banyan-seedling', 2, 3],
      ['traders-awning', 4, 2],
      ['brass-balance-scale', 1, 1],
      ['fig-jam', 2, 1],
      ['ledger-book', 2, 1],
      ['market-day-walk', 1, 1],
      ['lantern-string', 1, 1],
    ]);
    expect(products[0]).toMatchObject({
      row: 2,
      description: '<p>A fig that starts as one trunk.</p>\n<p>Give it time and it becomes a market.</p>',
      vendor: 'Rootwork Nursery',
      productType: 'Plants',
      tags: ['Plants', 'Gifts'],
      status: 'published',
      optionNames: ['Pot'],
    });
    expect(products[0]?.variants[0]).toEqual({
      sku: 'BAN-SEED-CLAY',
      title: 'Clay',
      optionValues: ['Clay'],
      price: 1450,
      compareAtPrice: 1800,
      barcode: '5000000000017',
      weightGrams: 850,
      requiresShipping: true,
      taxable: true,
      tracked: true,
      inventoryQuantity: 40,
    });
    expect(products[4]?.variants[1]).toMatchObject({
      title: 'Linen / Cash / 192',
      optionValues: ['Linen', 'Cash', '192'],
    });
    expect(products[5]?.variants[0]).toMatchObject({
      tracked: false,
      requiresShipping: false,
      inventoryQuantity: null,
    });
    expect(products[6]?.status).toBe('draft');
  });

  // Either file carries the same promise; the partners' file is not ours to ship.
  const realFiles = existsSync(partnersSample) ? [partnersSample, ownSample] : [ownSample];
  for (const file of realFiles) {
    it(`reads the same with Windows line endings and a byte order mark (${path.basename(file)})`, () => {
      const unix = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
      const windows = '\uFEFF' + unix.replaceAll('\n', '\r\n');
      const one = parseProductCsv(unix, 'GBP', 2);
      const other = parseProductCsv(windows.replaceAll('</p>\r\n<p>', '</p>\n<p>'), 'GBP', 2);
      expect(one.errors).toEqual([]);
      expect(one.products.length).toBeGreaterThan(5);
      expect(other).toEqual(one);
    });

    it(`gives every variant one SKU of its own (${path.basename(file)})`, () => {
      const { products } = parseProductCsv(readFileSync(file, 'utf8'), 'GBP', 2);
      const skus = products.flatMap((product) => product.variants.map((variant) => variant.sku));
      expect(new Set(skus).size).toBe(skus.length);
      expect(skus.every((sku) => /^[A-Za-z0-9._-]+$/.test(sku))).toBe(true);
    });
  }

  it('names a variant without SKU after its product and options, the same each time', () => {
    const rows = ['clay-plant-pot,Clay Plant Pot,true,Size,Regular,,9.99,,', 'clay-plant-pot,,,,Extra Large,,15.99,,'];
    const skus = () => parse(...rows).products[0]?.variants.map((variant) => variant.sku);
    expect(skus()).toEqual(['clay-plant-pot-regular', 'clay-plant-pot-extra-large']);
    expect(skus()).toEqual(skus());
    expect(parse('copper-light,Copper Light,true,Title,Default Title,,59.99,,').products[0]?.variants[0]).toMatchObject(
      {
        sku: 'copper-light',
        title: 'Copper Light',
        optionValues: [],
      },
    );
    const longSku = parse(`${'long-'.repeat(30)}pot,Pot,,,,,1,,`).products[0]?.variants[0]?.sku ?? '';
    expect(longSku.length).toBeLessThanOrEqual(csvLimits.skuCharacters);
    expect(longSku).toMatch(/^long-long-.*-[0-9a-f]{8}$/);
    const chinese = parse('tea,Tea,,Size,大,,1,,', 'tea,,,,小,,2,,').products[0]?.variants.map(
      (variant) => variant.sku,
    );
    expect(new Set(chinese).size).toBe(2);
  });

  it('reads rows without a price, SKU or option as one more image', () => {
    const { products } = parse(
      'pot,Pot,true,,,P1,5,https://i.example/1.jpg,"a, b,,a"',
      'pot,,,,,,,https://i.example/2.jpg,',
      'pot,,,,,,,https://i.example/2.jpg,',
      ',,,,,,,,',
      'tin,Tin,,,,P2,6,,',
      'pot,,,,,,,https://i.example/3.jpg,',
    );
    expect(products.map((product) => product.row)).toEqual([2, 6]);
    expect(products[0]?.images.map((image) => [image.url.slice(-5), image.position])).toEqual([
      ['1.jpg', 1],
      ['2.jpg', 2],
      ['3.jpg', 3],
    ]);
    expect(products[0]?.tags).toEqual(['a', 'b']);
  });
});

describe('a price', () => {
  const priceOf = (text: string, currency = 'GBP', minorUnits = 2) =>
    parseProductCsv(`Handle,Title,Variant Price\npot,Pot,${text}`, currency, minorUnits);

  it('is taken to the penny as it is written', () => {
    const read = (text: string) => priceOf(text).products[0]?.variants[0]?.price;
    expect(['10', '9.9', '9.99', '1.10', '0.29', '0', '1.100', '4503599627.37'].map(read)).toEqual([
      1000, 990, 999, 110, 29, 0, 110, 450359962737,
    ]);
    expect(priceOf('500', 'JPY', 0).products[0]?.variants[0]?.price).toBe(500);
    expect(priceOf('1.005', 'KWD', 3).products[0]?.variants[0]?.price).toBe(1005);
  });

  it('is refused rather than rounded or guessed', () => {
    const code = (text: string) => priceOf(text).errors[0]?.code;
    expect(['9.999', '0.001'].map(code)).toEqual(['price_too_precise', 'price_too_precise']);
    expect(['', '-1', '£3', '"1,000.00"', '1e3', '.5', '99999999999999'].map(code)).toEqual(
      Array.from({ length: 7 }, () => 'invalid_price'),
    );
    expect(priceOf('1.5', 'JPY', 0).errors[0]?.message).toContain('JPY has 0 decimals');
  });
});

describe('a faulty row', () => {
  it('costs its own product and no other, and the product counts once', () => {
    const result = parse(
      'pot,Pot,perhaps,Size,S,P1,abc,,',
      'pot,,,,M,P2,1.234,,',
      'tin,Tin,true,,,T1,3,,',
      'cup,,true,,,C1,3,,',
    );
    expect(result.products.map((product) => product.handle)).toEqual(['tin']);
    expect(result.rejected).toBe(2);
    expect(result.errors.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'Published', 'invalid_boolean'],
      [2, 'Variant Price', 'invalid_price'],
      [3, 'Variant Price', 'price_too_precise'],
      [5, 'Title', 'missing_title'],
    ]);
  });

  it('is named when its handle is missing, and takes the product above along if it was part of it', () => {
    const { products, errors, rejected } = parse(
      'pot,Pot,,Size,S,P1,1,,',
      ',,,,M,P2,2,,',
      ',Tin,,,,T1,3,,',
      'cup,Cup,,,,C1,3,,',
    );
    expect(errors.map(({ row, code }) => [row, code])).toEqual([
      [3, 'missing_handle'],
      [4, 'missing_handle'],
    ]);
    expect(products.map((product) => product.handle)).toEqual(['cup']);
    expect(rejected).toBe(2);
  });

  it('is named when a SKU or a variant comes twice', () => {
    expect(codes('pot,Pot,,,,P1,1,,', 'tin,Tin,,,,P1,1,,')).toEqual([
      { row: 3, column: 'Variant SKU', code: 'duplicate_sku' },
    ]);
    expect(codes('pot,Pot,,Size,S,P1,1,,', 'pot,,,,S,P2,1,,')).toEqual([
      { row: 3, column: 'Option1 Value', code: 'duplicate_variant' },
    ]);
    expect(codes('pot,Pot,,Size,,P1,1,,')).toEqual([{ row: 2, column: 'Option1 Value', code: 'missing_option' }]);
  });

  it('is named when its SKU could not be ordered', () => {
    const fault = { column: 'Variant SKU', code: 'invalid_sku' };
    expect(codes('pot,Pot,,,,P 1,1,,', 'tin,Tin,,,,-T1,1,,', 'cup,Cup,,,,C_1.a-b,1,,')).toEqual([
      { row: 2, ...fault },
      { row: 3, ...fault },
    ]);
  });

  it('is named when a cell is too long, an image has no web address or a row has more cells than the header', () => {
    expect(codes(`pot,${'P'.repeat(256)},,,,P1,1,,`)).toEqual([{ row: 2, column: 'Title', code: 'too_long' }]);
    expect(codes('pot,Pot,,,,P1,1,javascript:alert(1),')).toEqual([
      { row: 2, column: 'Image Src', code: 'invalid_url' },
    ]);
    expect(codes('pot,Pot,,,,P1,1,,,more', 'tin,T\u0000,,,,P2,1,,')).toEqual([
      { row: 2, column: '', code: 'malformed_csv' },
      { row: 3, column: '', code: 'malformed_csv' },
    ]);
  });

  it('is one row to the reader also when a cell spans several lines', () => {
    expect(codes('pot,"Pot\nfor\nplants",,,,P1,1,,', '', 'tin,Tin,,,,T1,x,,')).toEqual([
      { row: 4, column: 'Variant Price', code: 'invalid_price' },
    ]);
  });
});

describe('a file that cannot be read', () => {
  const whole = (text: string) => {
    const { products, errors } = parseProductCsv(text, 'GBP', 2);
    expect(products).toEqual([]);
    return errors.map(({ row, column, code }) => [row, column, code]);
  };

  it('names each column it lacks', () => {
    expect(whole('Handle,Name\npot,Pot')).toEqual([
      [1, 'Title', 'missing_column'],
      [1, 'Variant Price', 'missing_column'],
    ]);
    expect(whole('')).toHaveLength(3);
  });

  it('is refused whole when a quote never closes', () => {
    expect(whole(`${columns}\npot,Pot,,,,P1,1,,\ntin,"Tin,,,,T1,1,,\ncup,Cup,,,,C1,1,,`)).toEqual([
      [3, '', 'malformed_csv'],
    ]);
  });

  it('is refused when it has more rows than one file may have', () => {
    const rows = Array.from({ length: csvLimits.fileRows + 1 }, (_, index) => `p${index},P,1`);
    expect(whole(['Handle,Title,Variant Price', ...rows].join('\n'))).toEqual([
      [csvLimits.fileRows + 2, '', 'too_many_rows'],
    ]);
  });

  it('lists no more errors than a person can read, but counts every rejected product', () => {
    const rows = Array.from({ length: csvLimits.listedErrors + 5 }, (_, index) => `p${index},P,x`);
    const { errors, rejected } = parseProductCsv(['Handle,Title,Variant Price', ...rows].join('\n'), 'GBP', 2);
    expect([errors.length, rejected]).toEqual([csvLimits.listedErrors, csvLimits.listedErrors + 5]);
  });
});
