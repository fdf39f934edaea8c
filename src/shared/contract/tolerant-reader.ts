import type { z } from 'zod';

/** Each round leaves out what the one before has found, so that only a union hides anything for a second one. */
const MAX_ROUNDS = 5;

type Path = readonly PropertyKey[];

/**
 * What another process wrote, as this one's schema has it: a copy, without the fields that this version does not know.
 * A newer process may add fields to answers and events; all else that does not fit is refused. Throws ZodError.
 */
export function readTolerantly<Schema extends z.ZodType>(schema: Schema, written: unknown): z.output<Schema> {
  let value = written;
  for (let round = 1; ; round += 1) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const unknown = unknownFields(result.error.issues);
    if (unknown === undefined || round === MAX_ROUNDS) throw result.error;
    value = unknown.reduce(without, structuredClone(value));
  }
}

/** The paths of fields that nobody knows; undefined where there is another fault. */
function unknownFields(issues: readonly z.core.$ZodIssue[], at: Path = []): Path[] | undefined {
  const paths: Path[] = [];
  for (const issue of issues) {
    const found = unknownFieldsOf(issue, [...at, ...issue.path]);
    if (found === undefined) return undefined;
    paths.push(...found);
  }
  return paths;
}

function unknownFieldsOf(issue: z.core.$ZodIssue, place: Path): Path[] | undefined {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...place, key]);
  if (issue.code !== 'invalid_union') return undefined;
  // The first alternative that fits but for what it does not know.
  for (const alternative of issue.errors) {
    const found = unknownFields(alternative, place);
    if (found !== undefined && found.length > 0) return found;
  }
  return undefined;
}

function without(value: unknown, path: Path): unknown {
  const [last] = path.slice(-1);
  let parent = value;
  for (const key of path.slice(0, -1)) parent = (parent as Record<PropertyKey, unknown>)[key];
  if (last !== undefined) Reflect.deleteProperty(parent as object, last);
  return value;
}
