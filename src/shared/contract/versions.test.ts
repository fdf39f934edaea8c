import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { event, upcast, type Envelope } from './event.ts';
import { defineContract } from './define-contract.ts';
import { readEvent } from './read-event.ts';
import { readTolerantly } from './tolerant-reader.ts';
import { withoutDefaults } from './without-defaults.ts';

const Money = z.strictObject({ amount: z.int(), currency: z.string() });
const Payment = z.union([
  z.strictObject({ by: z.literal('card'), price: Money }),
  z.strictObject({ by: z.literal('cash') }),
]);

describe('what a newer process has written', () => {
  it('is read without what this version does not know, however deep it lies', () => {
    const Order = z.strictObject({ id: z.string(), lines: z.array(z.object({ price: Money })), paid: Payment });
    const price = { amount: 1, currency: 'GBP' };
    const newer = {
      id: 'a',
      note: 'new',
      lines: [{ price, extra: 1 }, { price: { ...price, tax: 2 } }],
      paid: { by: 'card', price: { ...price, rate: 3 }, last4: '1234' },
    };
    const before = structuredClone(newer);
    const lines = [{ price }, { price }];
    expect(readTolerantly(Order, newer)).toEqual({ id: 'a', lines, paid: { by: 'card', price } });
    expect(newer).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['lacks something', { amount: 1, tax: 2 }],
    ['has another type', { amount: '1', currency: 'GBP', tax: 2 }],
    ['is nothing', null],
  ])('is refused where it %s', (_, written) => {
    expect(() => readTolerantly(Money, written)).toThrow(z.ZodError);
  });
});

describe('what a caller sends', () => {
  const Wish = z.strictObject({
    sku: z.string(),
    location: z.string().default('main'),
    tags: z.array(z.string()).default([]),
    lines: z.array(z.strictObject({ gift: z.boolean().default(false) })).optional(),
    note: z.string().nullable().optional(),
  });

  it('says nothing of what is as it is by default', () => {
    const parsed = Wish.parse({ sku: 'TEA', lines: [{}, { gift: true }], note: null });
    const before = structuredClone(parsed);
    expect(withoutDefaults(Wish, parsed)).toEqual({ sku: 'TEA', lines: [{}, { gift: true }], note: null });
    expect(Wish.parse(withoutDefaults(Wish, parsed))).toEqual(parsed);
    expect(parsed).toEqual(before);
  });

  it('says what differs from it', () => {
    const parsed = Wish.parse({ sku: 'TEA', location: 'attic', tags: ['a'] });
    expect(withoutDefaults(Wish, parsed)).toEqual(parsed);
  });

  it('is left alone where nothing has a default', () => {
    const value = { amount: 1, currency: 'GBP' };
    expect(withoutDefaults(Money, value)).toBe(value);
  });
});

describe('an event', () => {
  const First = z.object({ id: z.string(), pence: z.int() });
  const Second = z.object({ id: z.string(), amount: z.int() });
  const sold = event(3, {
    of: 'id',
    data: z.object({ id: z.string(), price: Money }),
    upcasts: {
      1: upcast(First, ({ id, pence }) => ({ id, amount: pence })),
      2: upcast(Second, ({ id, amount }) => ({ id, price: { amount, currency: 'GBP' } })),
    },
  });
  const Sold = defineContract('till', { operations: {}, events: { sold } }).events.sold;
  const read = (dataversion: number, data: Record<string, unknown>): unknown =>
    readEvent(Sold, { dataversion, data } as Envelope);
  const current = { id: 'a', price: { amount: 5, currency: 'GBP' } };

  it('of any version that was published is read as the present one', () => {
    expect(read(1, { id: 'a', pence: 5 })).toEqual(current);
    expect(read(2, { id: 'a', amount: 5 })).toEqual(current);
    expect(read(3, { ...current, till: 'a field of a later release' })).toEqual(current);
  });

  it('of a later version is not guessed at', () => {
    expect(() => read(4, current)).toThrow('version 4 of till.sold is newer than this program');
  });

  it('of a version that nothing leads from says so', () => {
    expect(() => read(0, current)).toThrow('no upcast of till.sold begins at version 0');
  });

  it('leads from each version to the next', () => {
    const data = z.object({ id: z.string() });
    const gap = { 1: upcast(data, (before) => before) };
    expect(() => event(3, { of: 'id', data, upcasts: gap })).toThrow('each upcast leads to the next version');
    expect(() => event(1, { of: 'id', data, upcasts: gap })).toThrow('each upcast leads to the next version');
  });
});
