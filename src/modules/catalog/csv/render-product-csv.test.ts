import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ImportedProduct } from './imported-product.ts';
import { parseProductCsv } from './parse-product-csv.ts';
import { renderProductCsv, type RenderedProduct } from './render-product-csv.ts';
import { noOption } from './shopify-columns.ts';

const text = (maxLength = 30) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', '=', "'"), maxLength }),
    )
    .filter((value) => !value.includes('\u0000') && value.length <= 64);
const trimmed = text().map((value) => value.trim());
const label = trimmed.filter((value) => value !== '');
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const price = fc.nat({ max: 1_000_000_000_000 });
const code = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);

const variantFacts = fc.record({
  sku: code,
  price,
  compareAtPrice: orNull(price),
  barcode: orNull(label),
  weightGrams: orNull(fc.nat({ max: 100_000 })),
  requiresShipping: fc.boolean(),
  taxable: fc.boolean(),
  tracked: fc.boolean(),
  inventoryQuantity: orNull(fc.integer({ min: -1000, max: 100_000 })),
});

const productFacts = fc.record({
  handle: code,
  title: label,
  description: text(60),
  vendor: orNull(label),
  productType: orNull(label),
  tags: fc.uniqueArray(
    label.filter((tag) => !tag.includes(',')),
    { maxLength: 4 },
  ),
  status: fc.constantFrom('published' as const, 'draft' as const, 'archived' as const),
});

const images = fc
  .uniqueArray(fc.webUrl({ validSchemes: ['https'] }), { maxLength: 6 })
  .chain((urls) =>
    fc.tuple(
      ...urls.map((url) =>
        fc.record({ url: fc.constant(url), position: fc.integer({ min: 1, max: 99 }), alt: orNull(label) }),
      ),
    ),
  );

const withOptions = fc
  .uniqueArray(label, { minLength: 1, maxLength: 3 })
  .filter((names) => names.length > 1 || names[0] !== noOption.name)
  .chain((optionNames) => {
    const values = fc.array(label, { minLength: optionNames.length, maxLength: optionNames.length });
    const variant = fc.tuple(variantFacts, values).map(([facts, optionValues]) => ({
      ...facts,
      optionValues,
      title: optionValues.join(' / '),
    }));
    const key = (one: { optionValues: string[] }) => JSON.stringify(one.optionValues);
    return fc.record({
      optionNames: fc.constant(optionNames),
      variants: fc.uniqueArray(variant, { selector: key, minLength: 1, maxLength: 5 }),
    });
  });

const withoutOptions = fc
  .array(
    fc.tuple(
      variantFacts,
      label.filter((title) => title !== noOption.value),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((facts) => ({ optionNames: [], variants: facts.map(([one, title]) => ({ ...one, title, optionValues: [] })) }));

const product: fc.Arbitrary<RenderedProduct> = fc
  .tuple(productFacts, images, fc.oneof(withOptions, withoutOptions))
  .map(([facts, pictures, variants]) => ({ ...facts, images: pictures, ...variants }));

/** Handles and SKUs are unique in a catalog; numbering them keeps the generator from repeating one. */
function numbered(products: RenderedProduct[]): RenderedProduct[] {
  return products.map((one, index) => ({
    ...one,
    handle: `${one.handle}-${index}`,
    variants: one.variants.map((variant, place) => ({ ...variant, sku: `${variant.sku}-${index}-${place}` })),
  }));
}

const withoutRow = ({ row: _row, ...rest }: ImportedProduct): RenderedProduct => rest;

describe('an exported catalog', () => {
  it('imports as exactly what was exported, whatever merchants write into their cells', () => {
    fc.assert(
      fc.property(
        fc.array(product, { maxLength: 4 }).map(numbered),
        fc.constantFrom(0, 2, 3),
        (products, minorUnits) => {
          const read = parseProductCsv(renderProductCsv(products, minorUnits), 'GBP', minorUnits);
          expect(read.errors).toEqual([]);
          expect(read.products.map(withoutRow)).toEqual(products);
        },
      ),
      { numRuns: 300 },
    );
  });

  const partnersSample = path.resolve('../shared/data/shopify/home-and-garden.csv');
  const ownSample = path.resolve('samples/catalog.csv');
  for (const file of existsSync(partnersSample) ? [partnersSample, ownSample] : [ownSample]) {
    it(`is the same file when it is imported and exported again (${path.basename(file)})`, () => {
      const first = parseProductCsv(readFileSync(file, 'utf8'), 'GBP', 2);
      const exported = renderProductCsv(first.products, 2);
      const second = parseProductCsv(exported, 'GBP', 2);
      expect(second.products.map(withoutRow)).toEqual(first.products.map(withoutRow));
      expect(renderProductCsv(second.products, 2)).toBe(exported);
    });
  }

  it('is our own sample file to the letter', () => {
    const sample = readFileSync(ownSample, 'utf8');
    expect(renderProductCsv(parseProductCsv(sample, 'GBP', 2).products, 2)).toBe(sample);
  });
});
