import fc from 'fast-check';
import type { z } from 'zod';
import { definitionOf, type SchemaDefinition } from '../../src/shared/contract/index.ts';

interface CheckDefinition {
  readonly check: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly value?: unknown;
}

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly patterns?: ReadonlySet<RegExp>;
  readonly format?: string;
}

const MAX_ITEMS = 3;
const MAX_CHARACTERS = 24;
/** Beyond these the text at the limit is left out: it would make the suite slow and show nothing more. */
const LONG_CHARACTERS = 2_000;

/** Texts that some encoding or some object might take for something else. */
const STRANGE_TEXTS = [
  '__proto__',
  'constructor',
  'toString',
  'ß𝄞e\u0301\u202e',
  '\ud800',
  ' x ',
  '\u0000',
  '"\\\n',
  'null',
  '',
];
/** Texts that mean something, where any text is allowed or a rule of its own applies. */
const KNOWN_TEXTS = [
  'GBP',
  'EUR',
  'JPY',
  'TEA',
  'MATE',
  'tea',
  'main',
  'tok_ok',
  'sandbox',
  '2011-12-09',
  '2011-12-09T08:26:00Z',
];

/** Values that the schema takes, at the edges of what it takes as well. */
export function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const definition = definitionOf(schema);
  const arbitrary = arbitraryOf(definition, schema);
  // Where there are rules of their own, such as a refine, the schema is asked.
  const { checks = [] } = definition;
  return checks.length === 0 ? arbitrary : arbitrary.filter((value) => schema.safeParse(value).success);
}

function arbitraryOf(definition: SchemaDefinition, schema: z.ZodType): fc.Arbitrary<unknown> {
  const { shape = {}, element, innerType, options = [], values = [], entries = {} } = definition;
  switch (definition.type) {
    case 'object':
      return objectsOf(shape);
    case 'array':
      return arraysOf(element as z.ZodType, limitsOf(schema));
    case 'optional':
    case 'default':
      return fc.option(valuesOf(innerType as z.ZodType), { nil: undefined, freq: 2 });
    case 'nullable':
      return fc.option(valuesOf(innerType as z.ZodType), { nil: null, freq: 2 });
    case 'union':
      return fc.oneof(...options.map(valuesOf));
    case 'enum':
      return fc.constantFrom(...Object.values(entries));
    case 'literal':
      return fc.constantFrom(...values);
    case 'boolean':
      return fc.boolean();
    case 'number':
      return numbersOf(limitsOf(schema));
    case 'string':
      return textsOf(schema);
    case 'void':
      return fc.constant(undefined);
    default:
      throw new Error(`values-of.ts knows no values of z.${definition.type}: add them`);
  }
}

/** A field that may be absent is absent, or there as undefined, or has a value. */
function objectsOf(shape: Readonly<Record<string, z.ZodType>>): fc.Arbitrary<unknown> {
  const isOptional = (name: string): boolean => shape[name]?.safeParse(undefined).success === true;
  const names = Object.keys(shape);
  const model = Object.fromEntries(names.map((name) => [name, valuesOf(shape[name] as z.ZodType)]));
  return fc.record(model, { requiredKeys: names.filter((name) => !isOptional(name)), noNullPrototype: true });
}

function arraysOf(element: z.ZodType, { minimum = 0, maximum = MAX_ITEMS }: Limits): fc.Arbitrary<unknown> {
  return fc.array(valuesOf(element), {
    minLength: minimum,
    maxLength: Math.max(minimum, Math.min(maximum, MAX_ITEMS)),
  });
}

function numbersOf({
  minimum = Number.MIN_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
}: Limits): fc.Arbitrary<unknown> {
  return fc.oneof(fc.integer({ min: 0, max: 9 }), fc.maxSafeInteger(), fc.constantFrom(minimum, maximum, 0, -0));
}

function textsOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = LONG_CHARACTERS, patterns = new Set<RegExp>(), format } = limitsOf(schema);
  const takes = (text: string): boolean => schema.safeParse(text).success;
  const known = [...KNOWN_TEXTS, ...STRANGE_TEXTS, ...atLimit(minimum), ...atLimit(maximum)].filter(takes);
  const fixed = known.length === 0 ? [] : [fc.constantFrom(...known)];
  if (format === 'datetime') return fc.oneof(timesOf(), ...fixed);
  if (format === 'date')
    return fc.oneof(
      timesOf().map((time) => time.slice(0, 10)),
      ...fixed,
    );
  if (format === 'email') return fc.emailAddress();
  const [pattern] = patterns;
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern.source, 'u')), ...fixed);
  const length = { minLength: minimum, maxLength: Math.max(minimum, Math.min(maximum, MAX_CHARACTERS)) };
  const free = [fc.string(length), fc.string({ ...length, unit: 'grapheme' })];
  // Where hardly any text is taken, a rule of its own says which.
  return known.length > 0 && !takes('a text of no meaning') && minimum === 0
    ? fc.oneof(...fixed)
    : fc.oneof(...free, ...fixed);
}

function atLimit(characters: number): string[] {
  return characters <= LONG_CHARACTERS ? ['x'.repeat(characters)] : [];
}

function timesOf(): fc.Arbitrary<string> {
  const [min, max] = [new Date('0001-01-01T00:00:00Z'), new Date('9998-12-31T00:00:00Z')];
  return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
}

/** What the checks of a schema say. zod's own summary of them is lost where a schema was given a description. */
function limitsOf(schema: z.ZodType): Limits {
  const { checks = [], format } = definitionOf(schema);
  const rules = checks.map((check) => check._zod.def as CheckDefinition);
  const least = rules.flatMap(({ check, minimum, value }) => (check === 'greater_than' ? [value] : [minimum]));
  const most = rules.flatMap(({ check, maximum, value }) => (check === 'less_than' ? [value] : [maximum]));
  return {
    ...withNumber('minimum', least),
    ...withNumber('maximum', most),
    patterns: new Set(rules.flatMap(({ format: kind, pattern }) => (kind === 'regex' && pattern ? [pattern] : []))),
    ...(format === undefined ? {} : { format }),
  };
}

function withNumber(name: string, values: readonly unknown[]): Record<string, number> {
  const value = values.find((each) => typeof each === 'number');
  return value === undefined ? {} : { [name]: value };
}
