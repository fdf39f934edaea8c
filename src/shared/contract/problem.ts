import { z } from 'zod';
import { ContractError } from '../errors/index.ts';
import { asCarried } from './as-carried.ts';

export interface ProblemDefinition<Details extends z.ZodObject> {
  readonly status: number;
  readonly title: string;
  readonly details: Details;
}

/** A contract's named failure: called, it makes the error; `is` recognises it, wherever it was raised. */
export interface Problem<Details extends z.ZodObject = z.ZodObject> extends ProblemDefinition<Details> {
  (details: z.input<Details>, detail?: string): ContractError;
  readonly code: string;
  is(error: unknown): error is ContractError & { details: z.output<Details> };
}

export function problem(status: number, title: string): ProblemDefinition<z.ZodObject<Record<never, never>>>;
export function problem<Details extends z.ZodObject>(
  status: number,
  title: string,
  details: Details,
): ProblemDefinition<Details>;
export function problem(
  status: number,
  title: string,
  details: z.ZodObject = z.object({}),
): ProblemDefinition<z.ZodObject> {
  return { status, title, details };
}

export function toProblem<Details extends z.ZodObject>(
  contract: string,
  name: string,
  definition: ProblemDefinition<Details>,
): Problem<Details> {
  const code = `${contract}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  const raise = (details: z.input<Details>, detail?: string): ContractError =>
    new ContractError({
      code,
      status: definition.status,
      title: definition.title,
      detail,
      details: asCarried(definition.details.parse(details)),
    });
  return Object.assign(raise, {
    ...definition,
    code,
    is: (error: unknown): error is ContractError & { details: z.output<Details> } =>
      error instanceof ContractError && error.code === code,
  });
}
