import { z } from 'zod';
import type { AnyContract } from '../../src/shared/contract/index.ts';
import { judgeSchema } from './judge-schema.ts';

/** Values of any shape in a contract, and why. */
export const ALLOWED_UNKNOWN: Readonly<Record<string, string>> = {};

/** A sentence for everything in a contract that could not cross to another process and back. */
export function judgeContract({ operations, events, errors }: AnyContract): string[] {
  const faults = [
    ...Object.values(operations).flatMap(({ id, input, output }) => [
      ...judgeSchema(input, `${id} input`),
      // Nothing is the one answer that JSON lacks and the codec knows.
      ...(output instanceof z.ZodVoid ? [] : judgeSchema(output, `${id} output`)),
    ]),
    ...Object.values(events).flatMap(({ type, data }) => judgeSchema(data, `${type} data`)),
    ...Object.values(errors).flatMap(({ code, details }) => judgeSchema(details, `${code} details`)),
  ];
  return faults.filter(
    (fault) => !Object.keys(ALLOWED_UNKNOWN).some((place) => fault.startsWith(`${place} is z.unknown`)),
  );
}
