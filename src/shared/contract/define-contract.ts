import type { z } from 'zod';
import { toOperation, type Operation, type OperationDefinition } from './operation.ts';
import type { EventDefinition, EventType } from './event.ts';
import { toProblem, type Problem, type ProblemDefinition } from './problem.ts';

type OperationDefinitions = Record<string, OperationDefinition<z.ZodType, z.ZodType>>;
type EventDefinitions = Record<string, EventDefinition<z.ZodObject>>;
type ProblemDefinitions = Record<string, ProblemDefinition<z.ZodObject>>;

export interface Contract<
  Operations extends OperationDefinitions = OperationDefinitions,
  Events extends EventDefinitions = EventDefinitions,
  Problems extends ProblemDefinitions = ProblemDefinitions,
> {
  /** The module's name: its schema, role, queue and the first part of every code. */
  readonly name: string;
  readonly operations: {
    readonly [Name in keyof Operations]: Operations[Name] extends OperationDefinition<infer Input, infer Output>
      ? Operation<Input, Output>
      : never;
  };
  readonly events: {
    readonly [Name in keyof Events]: Events[Name] extends EventDefinition<infer Data> ? EventType<Data> : never;
  };
  readonly errors: {
    readonly [Name in keyof Problems]: Problems[Name] extends ProblemDefinition<infer Details>
      ? Problem<Details>
      : never;
  };
}

/** Any contract, where only its name and the shape of its parts matter. */
export interface AnyContract {
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly events: Readonly<Record<string, EventType>>;
  readonly errors: Readonly<Record<string, ProblemDefinition<z.ZodObject> & { readonly code: string }>>;
}

/** All that a module promises to others. Values are JSON-safe, so that a call can cross a process unchanged. */
export function defineContract<
  Operations extends OperationDefinitions,
  Events extends EventDefinitions = Record<never, never>,
  Problems extends ProblemDefinitions = Record<never, never>,
>(
  name: string,
  parts: { operations: Operations; events?: Events; errors?: Problems },
): Contract<Operations, Events, Problems> {
  const operations = mapValues(parts.operations, (definition, key) => toOperation(name, key, definition));
  const events = mapValues(parts.events ?? {}, (definition, key) => ({
    ...definition,
    contract: name,
    name: key,
    type: `${name}.${key}`,
  }));
  const errors = mapValues(parts.errors ?? {}, (definition, key) => toProblem(name, key, definition));
  // Mapping by key loses the link between a key and its type, which the declared type states again.
  return { name, operations, events, errors } as unknown as Contract<Operations, Events, Problems>;
}

function mapValues<In, Out>(source: Record<string, In>, change: (value: In, key: string) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, change(value, key)]));
}
