import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './record-schema.ts';

/** One way in which something that a writer may write does not suit a reader. */
export interface Misfit {
  // Of `lines`, any item's SKU is at "/lines/*/sku".
  /** The place inside. Empty: the whole. */
  readonly at: string;
  readonly fault: string;
}

export interface Readers {
  /** Whether fields that the reader does not know are left out (answers, events) or refused (inputs). */
  readonly unknownFields: 'left out' | 'refused';
  /** Whether a field counts as missed that the reader can do without but the writer no longer has. */
  readonly missesOptional: boolean;
}

interface Side {
  readonly schema: Schema;
  /** What `$ref` refers into. */
  readonly root: Schema;
}

/** Parts of a schema that are compared one by one; any other keyword of the reader's must be the writer's, too. */
const COMPARED: ReadonlySet<string> = new Set(
  ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', 'oneOf', 'not'].concat([
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    '$defs',
    '$ref',
    'default',
  ]),
);
const LEAST = ['minLength', 'minimum', 'minItems'] as const;
const MOST = ['maxLength', 'maximum', 'maxItems'] as const;

/** Whether all that `writer` allows suits `reader`. */
export function findMisfits(writer: Schema, reader: Schema, readers: Readers): Misfit[] {
  return new Comparison(readers).compare({ schema: writer, root: writer }, { schema: reader, root: reader }, '');
}

class Comparison {
  readonly #readers: Readers;
  /** Pairs that are being compared: schemas that refer to themselves end here. */
  readonly #seen = new Map<Schema, Set<Schema>>();

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  compare(given: Side, wanted: Side, at: string): Misfit[] {
    const [writer, reader] = [resolved(given), resolved(wanted)];
    if (this.#isUnderWay(writer.schema, reader.schema)) return [];
    if (isNothing(writer.schema) || isNothing(reader.schema)) return compareNothing(writer.schema, reader.schema, at);
    const alternatives = alternativesOf(writer);
    if (alternatives.length > 0) return unique(alternatives.flatMap((each) => this.compare(each, reader, at)));
    const readings = alternativesOf(reader);
    if (readings.length > 0) return this.#compareWithBest(writer, readings, at);
    return this.#comparePlain(writer, reader, at);
  }

  #isUnderWay(writer: Schema, reader: Schema): boolean {
    const readers = this.#seen.get(writer) ?? new Set();
    this.#seen.set(writer, readers);
    if (readers.has(reader)) return true;
    // Only what has parts can come round to itself.
    if ('properties' in writer) readers.add(reader);
    return false;
  }

  /** What the reading says that comes nearest. */
  #compareWithBest(writer: Side, readings: readonly Side[], at: string): Misfit[] {
    const sameType = readings.filter((reading) => resolved(reading).schema['type'] === writer.schema['type']);
    if (sameType.length === 0) return [{ at, fault: `may be ${typeOf(writer.schema)}, which is not taken` }];
    let best: Misfit[] | undefined;
    for (const reading of sameType) {
      // Each reading by itself: what one has seen says nothing about another.
      const misfits = new Comparison(this.#readers).compare(writer, reading, at);
      if (best === undefined || misfits.length < best.length) best = misfits;
    }
    return best ?? [];
  }

  #comparePlain(writer: Side, reader: Side, at: string): Misfit[] {
    const [given, wanted] = [writer.schema, reader.schema];
    if (!typeFits(given['type'], wanted['type'])) {
      return [{ at, fault: `is ${typeOf(given)} where ${typeOf(wanted)} is expected` }];
    }
    return [
      ...compareValues(given, wanted, at),
      ...compareLimits(given, wanted, at),
      ...compareOthers(given, wanted, at),
      ...this.#compareFields(writer, reader, at),
      ...this.#compareItems(writer, reader, at),
    ];
  }

  #compareItems(writer: Side, reader: Side, at: string): Misfit[] {
    const [given, wanted] = [writer.schema['items'], reader.schema['items']];
    if (wanted === undefined) return [];
    const side = { ...writer, schema: (given ?? {}) as Schema };
    return this.compare(side, { ...reader, schema: wanted as Schema }, `${at}/*`);
  }

  #compareFields(writer: Side, reader: Side, at: string): Misfit[] {
    const [given, wanted] = [fieldsOf(writer.schema), fieldsOf(reader.schema)];
    const misfits: Misfit[] = [];
    for (const [name, field] of Object.entries(given)) {
      const known = wanted[name] ?? reader.schema['additionalProperties'];
      const place = `${at}/${name}`;
      if (typeof known === 'object') {
        misfits.push(...this.compare({ ...writer, schema: field }, { ...reader, schema: known as Schema }, place));
        if (this.#readers.unknownFields === 'refused') misfits.push(...compareDefaults(field, known as Schema, place));
      } else if (known === false && this.#readers.unknownFields === 'refused') {
        misfits.push({ at: place, fault: 'is not known' });
      }
    }
    return [
      ...misfits,
      ...this.#compareRecords(writer, reader, at),
      ...this.#findMissing(writer.schema, reader.schema, at),
    ];
  }

  /** Fields of any name. */
  #compareRecords(writer: Side, reader: Side, at: string): Misfit[] {
    const [given, wanted] = [writer.schema['additionalProperties'], reader.schema['additionalProperties']];
    if (typeof wanted !== 'object' || typeof given !== 'object') return [];
    return this.compare({ ...writer, schema: given as Schema }, { ...reader, schema: wanted as Schema }, `${at}/*`);
  }

  #findMissing(writer: Schema, reader: Schema, at: string): Misfit[] {
    const [given, wanted] = [fieldsOf(writer), fieldsOf(reader)];
    return Object.entries(wanted).flatMap(([name, field]) => {
      const place = `${at}/${name}`;
      const isNeeded = requiredOf(reader).has(name) && !('default' in field);
      if (!(name in given)) return isNeeded || this.#readers.missesOptional ? [{ at: place, fault: 'is missing' }] : [];
      return isNeeded && !requiredOf(writer).has(name) ? [{ at: place, fault: 'may be missing' }] : [];
    });
  }
}

function resolved({ schema, root }: Side): Side {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return { schema, root };
  const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
  const definitions = (root['$defs'] ?? {}) as Record<string, Schema>;
  const target = name === undefined ? root : definitions[name.replace(/~1/g, '/').replace(/~0/g, '~')];
  if (target === undefined) throw new Error(`a recorded schema refers to ${reference}, which it does not have`);
  return { schema: target, root };
}

function isNothing(schema: Schema): boolean {
  return 'not' in schema;
}

function compareNothing(writer: Schema, reader: Schema, at: string): Misfit[] {
  if (isNothing(writer) === isNothing(reader)) return [];
  return [
    { at, fault: isNothing(writer) ? 'is nothing where a value is expected' : 'is a value where nothing is expected' },
  ];
}

/** Those of alternatives are alternatives, too. */
function alternativesOf({ schema, root }: Side): Side[] {
  const { type } = schema;
  if (Array.isArray(type)) return type.map((each) => ({ schema: ofType(schema, each as string), root }));
  const alternatives = (schema['anyOf'] ?? schema['oneOf'] ?? []) as readonly Schema[];
  return alternatives.flatMap((each) => {
    const side = resolved({ schema: each, root });
    const inner = alternativesOf(side);
    return inner.length > 0 ? inner : [side];
  });
}

/** What limits a text says nothing of null. */
function ofType(schema: Schema, type: string): Schema {
  return type === 'null' ? { type } : { ...schema, type };
}

function typeFits(given: unknown, wanted: unknown): boolean {
  return wanted === undefined || given === wanted || (given === 'integer' && wanted === 'number');
}

function typeOf(schema: Schema): string {
  return typeof schema['type'] === 'string' ? schema['type'] : 'any value';
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema['const']] : (schema['enum'] as readonly unknown[] | undefined);
}

function compareValues(writer: Schema, reader: Schema, at: string): Misfit[] {
  const [given, wanted] = [valuesOf(writer), valuesOf(reader)];
  if (wanted === undefined) return [];
  if (given === undefined) return [{ at, fault: `may be any value, and only ${list(wanted)} are known` }];
  const unknown = given.filter((value) => !wanted.includes(value));
  return unknown.length === 0 ? [] : [{ at, fault: `may be ${list(unknown)}, which is not known` }];
}

/** Whoever leaves a field out has asked for what it then was. */
function compareDefaults(writer: Schema, reader: Schema, at: string): Misfit[] {
  if (!('default' in writer) || isDeepStrictEqual(writer['default'], reader['default'])) return [];
  return [{ at, fault: `has another default than ${JSON.stringify(writer['default'])}` }];
}

function compareLimits(writer: Schema, reader: Schema, at: string): Misfit[] {
  const limit = (schema: Schema, keyword: string, none: number): number => Number(schema[keyword] ?? none);
  const tooWide = [
    ...LEAST.filter((each) => limit(writer, each, -Infinity) < limit(reader, each, -Infinity)),
    ...MOST.filter((each) => limit(writer, each, Infinity) > limit(reader, each, Infinity)),
  ];
  return tooWide.map((each) => {
    const given = each in writer ? String(Number(writer[each])) : 'without a limit';
    return { at, fault: `has ${each} ${given} where ${Number(reader[each])} is the limit` };
  });
}

function compareOthers(writer: Schema, reader: Schema, at: string): Misfit[] {
  return Object.keys(reader)
    .filter((keyword) => !COMPARED.has(keyword) && !isDeepStrictEqual(writer[keyword], reader[keyword]))
    .map((keyword) => ({ at, fault: `has another ${keyword} than ${JSON.stringify(reader[keyword])}` }));
}

function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema['properties'] ?? {}) as Record<string, Schema>;
}

function requiredOf(schema: Schema): ReadonlySet<string> {
  return new Set((schema['required'] ?? []) as string[]);
}

function list(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

function unique(misfits: readonly Misfit[]): Misfit[] {
  return [...new Map(misfits.map((misfit) => [`${misfit.at} ${misfit.fault}`, misfit])).values()];
}
