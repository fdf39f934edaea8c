import type { z } from 'zod';
import { definitionOf, type SchemaDefinition } from '../../src/shared/contract/index.ts';

/** Kinds of zod schemas whose values are the same after a trip through JSON. */
const JSON_SAFE = new Set(['string', 'number', 'int', 'boolean', 'null', 'literal', 'enum', 'template_literal']);
/** Kinds that are as safe as what they hold. */
const WRAPPERS = new Set(['optional', 'nullable', 'default', 'prefault', 'nonoptional', 'readonly', 'catch']);

/** A sentence for every part of a schema whose values would not arrive as they were sent. */
export function judgeSchema(schema: z.ZodType, place: string, seen: ReadonlySet<z.ZodType> = new Set()): string[] {
  if (seen.has(schema)) return [];
  const within = new Set([...seen, schema]);
  const definition = definitionOf(schema);
  if (definition.coerce === true)
    return [`${place} is coerced: coerce at the route, a contract takes the value itself.`];
  if (JSON_SAFE.has(definition.type)) return [];
  const parts = partsOf(definition);
  if (parts === undefined)
    return [`${place} is z.${definition.type}, which JSON cannot carry unchanged: use strings, numbers and objects.`];
  return parts.flatMap(([name, part]) => judgeSchema(part, `${place}${name}`, within));
}

/** The schemas inside, by their place; undefined where the kind itself is not JSON-safe. */
function partsOf(definition: SchemaDefinition): [string, z.ZodType][] | undefined {
  const { type, shape, element, innerType, options, items, valueType, left, right, getter } = definition;
  if (type === 'object' && shape !== undefined) return Object.entries(shape).map(([key, part]) => [`.${key}`, part]);
  if (type === 'array' && element !== undefined) return [['[]', element]];
  if (WRAPPERS.has(type) && innerType !== undefined) return [['', innerType]];
  if (type === 'union' && options !== undefined) return options.map((part) => ['', part]);
  if (type === 'tuple' && items !== undefined) return items.map((part, index) => [`[${index}]`, part]);
  if (type === 'record' && valueType !== undefined) return [['{}', valueType]];
  if (type === 'intersection' && left !== undefined && right !== undefined)
    return [
      ['', left],
      ['', right],
    ];
  if (type === 'lazy' && getter !== undefined) return [['', getter()]];
  return undefined;
}
