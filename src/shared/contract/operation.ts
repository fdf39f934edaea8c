import type { z } from 'zod';

/** `query` changes nothing and may be repeated at will; `command` changes something. */
export type OperationKind = 'query' | 'command';

/**
 * Why a command is safe to repeat. `key`: the caller's idempotency key is claimed in the same transaction as the
 * effect, with the answer. `natural`: the input itself names the effect (an order's id, a reference), so that a
 * repeat finds what the first one did.
 */
export type Repeat = 'natural' | 'key';

export interface OperationDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: OperationKind;
  readonly input: Input;
  readonly output: Output;
  readonly repeat: Repeat;
}

/** One thing that a module does for others, as data: what goes in, what comes out, whether it changes anything. */
export interface Operation<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> extends OperationDefinition<Input, Output> {
  readonly contract: string;
  readonly name: string;
  /** `<contract>.<name>`, as it appears in logs, traces and paths. */
  readonly id: string;
  /** A call of this operation as a value, which a saga can keep and carry out later. */
  with(input: z.input<Input>): Call<Output>;
}

export interface Call<Output extends z.ZodType = z.ZodType> {
  readonly operation: Operation<z.ZodType, Output>;
  readonly input: unknown;
}

export type InputOf<Op> = Op extends { input: infer Input extends z.ZodType } ? z.input<Input> : never;
export type ParsedInputOf<Op> = Op extends { input: infer Input extends z.ZodType } ? z.output<Input> : never;
export type OutputOf<Op> = Op extends { output: infer Output extends z.ZodType } ? z.output<Output> : never;

export function query<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): OperationDefinition<Input, Output> {
  return { kind: 'query', input, output, repeat: 'natural' };
}

export function command<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
  options: { repeat: Repeat } = { repeat: 'key' },
): OperationDefinition<Input, Output> {
  return { kind: 'command', input, output, repeat: options.repeat };
}

export function toOperation<Input extends z.ZodType, Output extends z.ZodType>(
  contract: string,
  name: string,
  definition: OperationDefinition<Input, Output>,
): Operation<Input, Output> {
  const operation: Operation<Input, Output> = {
    ...definition,
    contract,
    name,
    id: `${contract}.${name}`,
    with: (input) => ({ operation, input }),
  };
  return operation;
}
