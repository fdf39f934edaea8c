import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { compareContracts } from './compare-contracts.ts';
import type { ContractRecord } from './contract-record.ts';
import {
  answers,
  answersWith,
  hears,
  looks,
  Name,
  nothing,
  publishes,
  renamedAggregate,
  repeats,
  takes,
  throws,
} from './test/small-contracts.ts';

const First = z.object({ id: z.string(), name: Name });
const Tree = z.object({
  name: Name,
  get children() {
    return z.array(Tree);
  },
});
const TallTree = z.object({
  name: z.string().max(80),
  get children() {
    return z.array(TallTree);
  },
});

/** A change, from the first to the second; backwards it is another one. */
type Change = [what: string, before: ContractRecord, now: ContractRecord];

const HARMLESS: Change[] = [
  ['nothing', answersWith({ name: Name }), answersWith({ name: Name })],
  ['a new operation', nothing, looks],
  ['a new event', nothing, publishes(1, {})],
  ['a new error', nothing, throws(409, {})],
  ['a new subscription', hears(), hears('till.sold')],
  ['a new optional field of an input', takes({}), takes({ name: Name.optional() })],
  ['a new field of an input with a default', takes({}), takes({ name: Name.default('tea') })],
  ['a field of an input that may now be left out', takes({ name: Name }), takes({ name: Name.optional() })],
  ['a field of an input that takes more', takes({ name: Name }), takes({ name: z.string().max(80).nullable() })],
  ['one more value that an input takes', takes({ kind: z.enum(['a']) }), takes({ kind: z.enum(['a', 'b']) })],
  ['a number where an integer was taken', takes({ size: z.int() }), takes({ size: z.number() })],
  ['a new optional field of an answer', answersWith({}), answersWith({ name: Name.optional() })],
  ['a new field of an answer with a default', answersWith({}), answersWith({ name: Name.default('tea') })],
  ['an answer that is refused no longer for its unknown fields', answers(z.strictObject({})), answersWith({})],
  ['another text for people', answersWith({ name: Name }), answersWith({ name: Name.describe('its name') })],
  ['a new optional field of an event', publishes(1, {}), publishes(1, { name: Name.optional() })],
  [
    'a new version of an event, led to from the one before',
    publishes(1, { name: Name }),
    publishes(2, {}, { 1: First }),
  ],
  [
    'a third version, led to from both',
    publishes(2, {}, { 1: First }),
    publishes(3, {}, { 1: First, 2: First.omit({ name: true }) }),
  ],
  ['a new optional detail of an error', throws(409, {}), throws(409, { name: Name.optional() })],
];

const HARMFUL: (readonly [...Change, message: RegExp])[] = [
  ['an operation that is gone', looks, nothing, /^it is gone.*keep it until/],
  ['a query that is a command now', looks, repeats, /^its kind was query and is command/],
  ['a command that needs a key now', repeats, takes({}), /^its repeat was natural and is key/],
  ['a command that needs no key any more', takes({}), repeats, /^its repeat was key and is natural/],
  ['a new field that an input needs', takes({}), takes({ name: Name }), /^input \/name, .* is missing.*optional/],
  [
    'a field that an input needs now',
    takes({ name: Name.optional() }),
    takes({ name: Name }),
    /\/name, .* may be missing/,
  ],
  ['a field that an input no longer knows', takes({ name: Name.optional() }), takes({}), /\/name, .* is not known/],
  ['another type in an input', takes({ name: Name }), takes({ name: z.int() }), /is string where integer is expected/],
  ['a shorter text in an input', takes({ name: Name }), takes({ name: z.string().max(5) }), /has maxLength 50 where 5/],
  ['a limit on what had none', takes({ name: z.string() }), takes({ name: Name }), /has maxLength without a limit/],
  [
    'a value that an input no longer takes',
    takes({ kind: z.enum(['a', 'b']) }),
    takes({ kind: z.enum(['a']) }),
    /may be "b", which is not known/,
  ],
  [
    'null that an input no longer takes',
    takes({ name: Name.nullable() }),
    takes({ name: Name }),
    /is null where string/,
  ],
  [
    'another pattern in an input',
    takes({ name: Name }),
    takes({ name: z.string().max(50).regex(/^a/) }),
    /another pattern than "\^a"/,
  ],
  [
    'another default',
    takes({ name: Name.default('tea') }),
    takes({ name: Name.default('mate') }),
    /another default than "tea"/,
  ],
  [
    'a default that is gone',
    takes({ name: Name.default('tea') }),
    takes({ name: Name.optional() }),
    /another default than "tea"/,
  ],
  [
    'deep inside an input',
    takes({ lines: z.array(z.strictObject({})) }),
    takes({ lines: z.array(z.strictObject({ sku: Name })) }),
    /\/lines\/\*\/sku/,
  ],
  [
    'a field that an answer no longer has',
    answersWith({ name: Name }),
    answersWith({}),
    /^output \/name, as older readers get it, is missing/,
  ],
  [
    'an optional field that an answer no longer has',
    answersWith({ name: Name.optional() }),
    answersWith({}),
    /older readers get it, is missing/,
  ],
  [
    'a field of an answer that may be missing now',
    answersWith({ name: Name }),
    answersWith({ name: Name.optional() }),
    /may be missing/,
  ],
  [
    'a field of an answer that may be null now',
    answersWith({ name: Name }),
    answersWith({ name: Name.nullable() }),
    /is null where string/,
  ],
  [
    'one more value in an answer',
    answersWith({ kind: z.enum(['a']) }),
    answersWith({ kind: z.enum(['a', 'b']) }),
    /may be "b"/,
  ],
  [
    'any text where there were some',
    answersWith({ kind: z.enum(['a']) }),
    answersWith({ kind: z.string() }),
    /only "a" are known/,
  ],
  [
    'a longer text in an answer',
    answersWith({ name: Name }),
    answersWith({ name: z.string().max(80) }),
    /has maxLength 80/,
  ],
  [
    'a new field of an answer that older processes do not write',
    answersWith({}),
    answersWith({ name: Name }),
    /as older processes still write it, is missing.*make it optional/,
  ],
  [
    'a list where there was one',
    answersWith({ name: Name }),
    answersWith({ name: z.array(Name) }),
    /is array where string/,
  ],
  ['an answer where there was none', answers(z.void()), answersWith({}), /is a value where nothing is expected/],
  ['a schema that refers to itself and has grown', answers(Tree), answers(TallTree), /\/name, .* has maxLength 80/],
  [
    'one more alternative of an answer',
    answersWith({ pay: z.union([z.object({ by: z.literal('card') })]) }),
    answersWith({ pay: z.union([z.object({ by: z.literal('card') }), z.object({ by: z.literal('cash') })]) }),
    /\/pay\/by, .* may be "cash"/,
  ],
  ['an event that is gone', publishes(1, {}), nothing, /^it is gone/],
  [
    'an event of another aggregate',
    publishes(1, { name: Name }),
    renamedAggregate(),
    /^its aggregate was named by id and is by name/,
  ],
  [
    'a field of an event that is gone',
    publishes(1, { name: Name }),
    publishes(1, {}),
    /^data of version 1 \/name, .* is missing.*next version/,
  ],
  [
    'another type in an event',
    publishes(1, { name: Name }),
    publishes(1, { name: z.int() }),
    /is integer where string/,
  ],
  [
    'a new field that an event needs',
    publishes(1, {}),
    publishes(1, { name: Name }),
    /as older processes still write it, is missing/,
  ],
  [
    'a version that nothing leads to',
    publishes(1, { name: Name }),
    publishes(2, {}),
    /^version 1 cannot be read any more.*add an upcast from version 1/,
  ],
  [
    'an earlier version than was published',
    publishes(2, {}, { 1: First }),
    publishes(1, { name: Name }),
    /^version 2 was published/,
  ],
  [
    'an upcast from something else than was published',
    publishes(1, { name: Name }),
    publishes(2, {}, { 1: First.extend({ size: z.int() }) }),
    /^data of version 1, \/size as it was published is missing/,
  ],
  ['an error that is gone', throws(409, {}), nothing, /^it is gone/],
  ['an error of another status', throws(409, {}), throws(410, {}), /^its status was 409 and is 410/],
  ['a detail of an error that is gone', throws(409, { name: Name }), throws(409, {}), /^details \/name, .* is missing/],
  ['a subscription that is gone', hears('till.sold'), hears(), /^it is not heard any more.*keep the subscription/],
];

describe('a contract', () => {
  it.each(HARMLESS)('may change by %s', (_, before, now) => {
    expect(compareContracts(before, now)).toEqual([]);
  });

  it.each(HARMFUL)('may not change by %s', (_, before, now, message) => {
    const told = compareContracts(before, now).map(({ what, remedy }) => `${what} → ${remedy}`);
    expect(told).toContainEqual(expect.stringMatching(message));
  });
});
