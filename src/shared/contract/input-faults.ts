import type { z } from 'zod';
import { problems, type InputFault } from '../errors/index.ts';
import { asCarried } from './as-carried.ts';

const MAX_FAULTS = 50;

/** The input as the schema has it: a copy, with defaults. Throws `request.invalid` with a pointer to each fault. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown, at = ''): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return asCarried(result.data);
  throw problems.invalidInput(result.error.issues.flatMap((issue) => toFaults(issue, at)).slice(0, MAX_FAULTS));
}

function toFaults(issue: z.core.$ZodIssue, at: string): InputFault[] {
  const place = `${at}${issue.path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${place}/${key}`,
      code: 'unknown_field',
      message: `There is no field "${key}" here.`,
    }));
  }
  const message =
    issue.message === 'Invalid input: expected nonoptional, received undefined' ? 'Required' : issue.message;
  return [{ pointer: place, code: issue.code, message }];
}
