import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { definitionOf, type SchemaDefinition } from './schema-definition.ts';

/** Leaves out of a parsed value what its schema would put there again. */
type Pruner = (value: unknown) => unknown;

const pruners = new WeakMap<z.ZodType, Pruner | undefined>();

/**
 * A parsed input without the fields that have their default: what a caller says that knows nothing of them. So an older
 * process takes what a newer one sends as long as nothing new is asked for, and a request that both versions have
 * parsed has one text. The given value is not changed.
 */
export function withoutDefaults(schema: z.ZodType, value: unknown): unknown {
  const prune = prunerOf(schema);
  return prune === undefined ? value : prune(value);
}

/** Undefined where there is no default anywhere, which is the case of most. */
function prunerOf(schema: z.ZodType): Pruner | undefined {
  // An entry that is there while its own parts are looked at ends schemas that refer to themselves.
  if (!pruners.has(schema)) {
    pruners.set(schema, undefined);
    pruners.set(schema, makePruner(definitionOf(schema)));
  }
  return pruners.get(schema);
}

function makePruner({ type, innerType, element, shape }: SchemaDefinition): Pruner | undefined {
  if (type === 'object' && shape !== undefined) return objectPruner(shape);
  if (type === 'array' && element !== undefined) {
    const prune = prunerOf(element);
    return prune && ((value) => (Array.isArray(value) ? value.map(prune) : value));
  }
  return innerType && prunerOf(innerType);
}

function objectPruner(shape: Readonly<Record<string, z.ZodType>>): Pruner | undefined {
  const prunedFields = Object.entries(shape).flatMap(([name, field]) => {
    const { type, defaultValue } = definitionOf(field);
    const hasDefault = type === 'default';
    const prune = prunerOf(field);
    return hasDefault || prune !== undefined ? [{ name, prune, hasDefault, defaultValue }] : [];
  });
  if (prunedFields.length === 0) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const copy: Record<string, unknown> = { ...value };
    for (const { name, prune, hasDefault, defaultValue } of prunedFields) {
      if (hasDefault && isDeepStrictEqual(copy[name], defaultValue)) Reflect.deleteProperty(copy, name);
      else if (prune !== undefined && name in copy) copy[name] = prune(copy[name]);
    }
    return copy;
  };
}
