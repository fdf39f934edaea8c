import { describe, expect, it } from '@jest/globals';
import { announcedVariants } from './announced-variants.ts';
import { changedContent, contentOfNew } from './product-changes.ts';
import { normalise, soldAs, type ProductContent } from './product-content.ts';

const mug = contentOfNew({
  handle: 'mug',
  title: 'Mug',
  status: 'published',
  variants: [
    { sku: 'MUG-1', tracked: true, prices: [{ amount: 500, currency: 'GBP' }] },
    { sku: 'MUG-2', title: 'Large', tracked: true, prices: [{ amount: 700, currency: 'GBP' }] },
  ],
});

const shirt: ProductContent = normalise({
  ...mug,
  optionNames: ['Size'],
  variants: mug.variants.map((variant, index) => {
    const size = index === 0 ? 'Small' : 'Large';
    return { ...variant, title: size, optionValues: [size], barcode: `500${index}` };
  }),
});

describe('a line on an order', () => {
  it('names the product and, where it tells more, the variant', () => {
    expect(soldAs('Mug', null)).toBe('Mug');
    expect(soldAs('Mug', 'Large')).toBe('Mug – Large');
    expect(soldAs('Mug', 'Mug with lid')).toBe('Mug with lid');
  });
});

describe('a change to a product', () => {
  it('keeps what the change does not speak of', () => {
    const after = changedContent(mug, { description: 'Holds tea.' });
    expect(after).toEqual({ ...mug, description: 'Holds tea.' });
  });

  it('renames variants that go by the name of their product', () => {
    const after = changedContent(mug, { title: 'Cup' });
    expect(after.variants.map(({ title }) => soldAs(after.title, title))).toEqual(['Cup', 'Cup – Large']);
  });

  it('keeps barcodes and options of variants that stay', () => {
    const prices = [{ amount: 900, currency: 'GBP' }];
    const after = changedContent(shirt, { variants: [{ sku: 'MUG-2', tracked: true, prices }] });
    expect(after).toMatchObject({
      optionNames: ['Size'],
      variants: [{ title: 'Large', optionValues: ['Large'], barcode: '5001' }],
    });
    expect(after.variants[0]?.prices).toEqual([{ currency: 'GBP', amount: 900, compareAt: null }]);
  });

  it('ends the options when a variant gets a title of its own', () => {
    const prices = [{ amount: 900, currency: 'GBP' }];
    const after = changedContent(shirt, { variants: [{ sku: 'MUG-2', title: 'Huge', tracked: true, prices }] });
    expect(after).toMatchObject({ optionNames: [], variants: [{ title: 'Huge', optionValues: [] }] });
  });

  it('keeps the options when only the product is renamed, even to the name of an option', () => {
    const renamed = changedContent(shirt, { title: 'Small' });
    expect(renamed.optionNames).toEqual(['Size']);
    expect(changedContent(renamed, { title: 'Mug' })).toEqual(shirt);
  });
});

describe('a variant is announced', () => {
  const skus = (before: ProductContent | undefined, after: ProductContent) =>
    announcedVariants(before, after).map(({ sku }) => sku);

  it('when it becomes part of what is for sale', () => {
    const draft = { ...mug, status: 'draft' as const };
    expect(skus(undefined, draft)).toEqual([]);
    expect(skus(undefined, mug)).toEqual(['MUG-1', 'MUG-2']);
    expect(skus(draft, mug)).toEqual(['MUG-1', 'MUG-2']);
    expect(skus({ ...mug, variants: mug.variants.slice(1) }, mug)).toEqual(['MUG-1']);
    expect(skus(mug, { ...mug, status: 'archived' })).toEqual([]);
  });

  it('when what it is sold as or its tracking changes, and not for anything else', () => {
    expect(skus(mug, changedContent(mug, { description: 'New.', category: 'Kitchen' }))).toEqual([]);
    expect(skus(mug, changedContent(mug, { title: 'Cup' }))).toEqual(['MUG-1', 'MUG-2']);
    const untracked = mug.variants.map((variant) => ({ ...variant, tracked: variant.sku === 'MUG-1' }));
    expect(skus(mug, { ...mug, variants: untracked })).toEqual(['MUG-2']);
  });
});
