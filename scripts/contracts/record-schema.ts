import { z } from 'zod';

/** A JSON Schema (2020-12) without what does not bind anybody, its keys in the order of the alphabet. */
export type Schema = { readonly [keyword: string]: unknown };

/** `input`: what may be sent. `output`: what is answered or published. */
export type Direction = 'input' | 'output';

/** Words for people. A change of them changes nothing for a program. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['$schema', 'title', 'description', 'examples', 'id']);
/** Nothing at all, which JSON has no type for. */
const NOTHING: Schema = { not: {} };

/** The schema as data. What JSON Schema cannot say, such as a `refine`, is not in it. */
export function recordSchema(schema: z.ZodType, direction: Direction): Schema {
  if (schema instanceof z.ZodVoid) return NOTHING;
  const json = z.toJSONSchema(schema, {
    io: direction,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod's pattern for a time or an address is a screenful, and the format says the same.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      // Readers of answers and events leave out what they do not know.
      if (direction === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return sorted(json) as Schema;
}

/** The names of fields are no keywords: a field may be called `title`. */
const NAMED_PARTS: ReadonlySet<string> = new Set(['properties', '$defs']);

function sorted(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isNames || !ANNOTATIONS.has(key))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, part]) => [
        key,
        key === 'required' && !isNames ? sortedTexts(part) : sorted(part, NAMED_PARTS.has(key) && !isNames),
      ]),
  );
}

function sortedTexts(texts: unknown): unknown {
  return Array.isArray(texts) ? (texts as string[]).toSorted() : texts;
}
