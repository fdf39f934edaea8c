import { z } from 'zod';
import { invariant } from '../errors/index.ts';

export type JsonObject = Record<string, unknown>;
export type Direction = 'input' | 'output';

const MAX_SCHEMAS_OF_ONE_NAME = 100;
const ZOD_REF = /"\$ref":"#(?:\/\$defs\/([^"]+))?"/g;
/** zod's own names for shapes that refer to themselves without having an id. */
const NAMELESS = /^__schema\d+$/;

/**
 * The document's `components.schemas`. A zod schema with `.meta({ id })` is kept once under that name; where the same
 * name means two shapes (what is sent and what is received, or two modules' own), the later one gets a name of its own.
 */
export class OpenApiSchemas {
  readonly #texts = new Map<string, string>();
  readonly #schemas: Record<string, JsonObject> = {};

  /** `reserved`: names that the document uses itself. */
  constructor(reserved: readonly string[]) {
    for (const name of reserved) this.#texts.set(name, '');
  }

  get all(): Readonly<Record<string, JsonObject>> {
    return this.#schemas;
  }

  /** The schema as JSON Schema 2020-12. `name` serves a shape that refers to itself and has no id. */
  convert(schema: z.ZodType, direction: Direction, name: string): JsonObject {
    const { $schema: _dialect, $defs, ...root } = toJsonSchema(schema, direction);
    const parts = new Map(Object.entries(($defs ?? {}) as Record<string, JsonObject>));
    // A nameless root that refers to itself says "#", which in the whole document would be the document.
    const isRecursive = JSON.stringify([root, $defs]).includes('"$ref":"#"');
    if (isRecursive) parts.set('', root);
    const names = new Map<string, string>();
    for (const part of parts.keys()) names.set(part, this.#claim(part, parts, direction, name));
    for (const [part, body] of parts) this.#schemas[nameIn(names, part)] ??= withNames(body, names);
    return isRecursive ? { $ref: refTo(nameIn(names, '')) } : withNames(root, names);
  }

  #claim(part: string, parts: Map<string, JsonObject>, direction: Direction, fallback: string): string {
    const base = toComponentName(part === '' || NAMELESS.test(part) ? fallback : part);
    const text = textOf(part, parts);
    for (let number = 1; number <= MAX_SCHEMAS_OF_ONE_NAME; number += 1) {
      const plain = number === 1 ? base : `${base}${number}`;
      for (const name of direction === 'input' ? [plain, `${plain}Input`] : [plain]) {
        const taken = this.#texts.get(name);
        if (taken !== undefined && taken !== text) continue;
        this.#texts.set(name, text);
        return name;
      }
    }
    invariant(false, `more than ${MAX_SCHEMAS_OF_ONE_NAME} schemas are called ${base}: give them ids of their own`);
  }
}

function toJsonSchema(schema: z.ZodType, io: Direction): JsonObject {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const definition = zodSchema._zod.def;
      // Replies may gain fields: a client made from this document must not refuse them.
      if (definition.type === 'object' && definition.catchall === undefined) delete jsonSchema.additionalProperties;
      // zod's pattern for times is a screenful, and the format says the same.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      delete jsonSchema.id;
    },
  });
}

/** The part with all that it refers to: two parts with the same text mean the same. */
function textOf(part: string, parts: Map<string, JsonObject>): string {
  const reached = new Set([part]);
  // A set hands out what is added to it while it is walked, so this ends when nothing new is referred to.
  for (const each of reached) {
    for (const [, name] of JSON.stringify(parts.get(each)).matchAll(ZOD_REF)) reached.add(decodePointer(name ?? ''));
  }
  return JSON.stringify([...reached].map((each) => [each, parts.get(each)]));
}

function withNames(body: JsonObject, names: Map<string, string>): JsonObject {
  const text = JSON.stringify(body).replace(
    ZOD_REF,
    (_match, part: string | undefined) => `"$ref":"${refTo(nameIn(names, decodePointer(part ?? '')))}"`,
  );
  return JSON.parse(text) as JsonObject;
}

function nameIn(names: Map<string, string>, part: string): string {
  const name = names.get(part);
  invariant(name !== undefined, `zod refers to the schema "${part}", which it did not define`);
  return name;
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** OpenAPI allows these characters in names only: https://spec.openapis.org/oas/v3.1.1.html#components-object */
function toComponentName(name: string): string {
  return name.replace(/[^\w.-]/g, '_');
}

function decodePointer(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~');
}
