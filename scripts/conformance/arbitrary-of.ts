import fc from 'fast-check';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** Enough to find faults, and little enough to read in a report. */
const MAX_LENGTH = 24;
const MAX_ITEMS = 3;
const LARGEST = 1_000;
/** Values looked through for those that the schema takes, round by round: what it refines, JSON Schema does not say. */
const CANDIDATES_FOR_EACH = 2;
const MAX_ROUNDS = 40;
/** So that the rounds of neighbouring seeds are not the same. */
const SEEDS_APART = 7_919;
const EARLIEST = new Date('2001-01-01T00:00:00Z');
const LATEST = new Date('2035-01-01T00:00:00Z');
const LETTERS = ['a', 'B', '3', ' ', '-', 'é', '漢', '😀'];

/** So many values that the schema takes; fewer where they are hard to find. The same seed gives the same. */
export function samplesOf(schema: z.ZodType, count: number, seed: number): unknown[] {
  const arbitrary = arbitraryOf(schema);
  const found: unknown[] = [];
  for (let round = 0; round < MAX_ROUNDS && found.length < count; round += 1) {
    const candidates = fc.sample(arbitrary, { numRuns: count * CANDIDATES_FOR_EACH, seed: seed + round * SEEDS_APART });
    found.push(...candidates.filter((value) => schema.safeParse(value).success));
  }
  return found.slice(0, count);
}

const made = new WeakMap<z.ZodType, fc.Arbitrary<unknown>>();

function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const kept = made.get(schema);
  if (kept !== undefined) return kept;
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const arbitrary = new Arbitraries($defs as Record<string, Json>, root).of(root);
  made.set(schema, arbitrary);
  return arbitrary;
}

/** What zod's JSON Schemas describe, as generators. */
class Arbitraries {
  readonly #definitions: Readonly<Record<string, Json>>;
  readonly #root: Json;

  constructor(definitions: Readonly<Record<string, Json>>, root: Json) {
    this.#definitions = definitions;
    this.#root = root;
  }

  of(schema: Json): fc.Arbitrary<unknown> {
    const { $ref, anyOf, oneOf, allOf, enum: values, type } = schema;
    if (typeof $ref === 'string') return this.of(this.#find($ref));
    if ('const' in schema) return fc.constant(schema['const']);
    if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as unknown[]));
    const choices = (anyOf ?? oneOf) as Json[] | undefined;
    if (choices !== undefined) return fc.oneof(...choices.map((each) => this.of(each)));
    if (Array.isArray(allOf)) return this.of(Object.assign({}, ...(allOf as Json[])) as Json);
    if (Array.isArray(type)) return fc.oneof(...type.map((each) => this.of({ ...schema, type: each as unknown })));
    return this.#ofType(schema);
  }

  #ofType(schema: Json): fc.Arbitrary<unknown> {
    switch (schema['type']) {
      case 'object':
        return this.#object(schema);
      case 'array':
        return this.#array(schema);
      case 'string':
        return text(schema);
      case 'integer':
      case 'number':
        return integer(schema);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return fc.jsonValue();
    }
  }

  #object({ properties = {}, required = [], propertyNames, additionalProperties }: Json): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties as Record<string, Json>);
    if (fields.length === 0 && propertyNames !== undefined && typeof additionalProperties === 'object') {
      const name = this.of({ type: 'string', ...(propertyNames as Json) }) as fc.Arbitrary<string>;
      return fc.dictionary(name, this.of(additionalProperties as Json), { maxKeys: MAX_ITEMS });
    }
    const record = Object.fromEntries(fields.map(([name, field]) => [name, this.of(field)]));
    return fc.record(record, { requiredKeys: required as string[], noNullPrototype: true });
  }

  #array({ items = {}, minItems = 0, maxItems }: Json): fc.Arbitrary<unknown> {
    const least = minItems as number;
    const most = Math.max(least, Math.min(MAX_ITEMS, (maxItems as number | undefined) ?? MAX_ITEMS));
    return fc.array(this.of(items as Json), { minLength: least, maxLength: most });
  }

  #find(ref: string): Json {
    const found = ref === '#' ? this.#root : this.#definitions[ref.replace('#/$defs/', '')];
    if (found === undefined) throw new Error(`zod refers to ${ref}, which it did not define`);
    return found;
  }
}

function text({ pattern, format, minLength = 0, maxLength, examples }: Json): fc.Arbitrary<unknown> {
  if (format === 'date-time') {
    return fc.date({ min: EARLIEST, max: LATEST, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (format === 'email') return fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `${name}@example.com`);
  if (format === 'uri') return fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `https://example.com/${name}`);
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
  if (Array.isArray(examples) && examples.length > 0) return fc.constantFrom<unknown>(...(examples as unknown[]));
  const least = minLength as number;
  const most = Math.max(least, Math.min(MAX_LENGTH, (maxLength as number | undefined) ?? MAX_LENGTH));
  return fc.string({ unit: fc.constantFrom(...LETTERS), minLength: least, maxLength: most });
}

function integer({ minimum, maximum, exclusiveMinimum }: Json): fc.Arbitrary<number> {
  const least = (minimum as number | undefined) ?? ((exclusiveMinimum as number | undefined) ?? -1) + 1;
  const min = Math.max(least, -LARGEST);
  return fc.integer({ min, max: Math.max(min, Math.min((maximum as number | undefined) ?? LARGEST, min + LARGEST)) });
}
