import fc from 'fast-check';
import type { z } from 'zod';
import { asCarried } from '../../src/shared/contract/index.ts';
import { findUnstorable } from '../../src/shared/http/index.ts';
import { valuesOf } from './values-of.ts';

/** Values looked at for those that can be sent and that the schema takes, round by round. */
const CANDIDATES_FOR_EACH = 2;
const MAX_ROUNDS = 40;
/** So that the rounds of neighbouring seeds are not the same. */
const SEEDS_APART = 7_919;

/** So many values that the schema takes, as they are sent; fewer where they are hard to find. The same seed gives the same. */
export function samplesOf(schema: z.ZodType, count: number, seed: number): unknown[] {
  const arbitrary = valuesOf(schema).map(asCarried);
  const found: unknown[] = [];
  for (let round = 0; round < MAX_ROUNDS && found.length < count; round += 1) {
    const candidates = fc.sample(arbitrary, { numRuns: count * CANDIDATES_FOR_EACH, seed: seed + round * SEEDS_APART });
    // What no column can hold is refused where it comes in, and reaches no module.
    found.push(...candidates.filter((value) => findUnstorable(value) === undefined && schema.safeParse(value).success));
  }
  return found.slice(0, count);
}
