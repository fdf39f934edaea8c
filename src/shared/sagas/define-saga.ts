import type { z } from 'zod';
import type { Call, DataOf, EventType } from '../contract/index.ts';
import type { ContractError } from '../errors/index.ts';

export interface SagaStep<State> {
  readonly name: string;
  /** Safe to repeat: after a crash a step is carried out again. */
  readonly do: (state: State) => Call;
  /** What later steps need to know of the answer. */
  readonly keep?: (state: State, output: never) => Partial<State>;
  /** The answer says that the matter is still open: the saga sleeps, and asks again when it is woken or polls. */
  readonly waitWhile?: (output: never) => boolean;
  /** Takes the step back, whether or not it has happened. Repeating it is not an error. */
  readonly undo?: (state: State) => Call;
  /** A step that is not needed is passed over. */
  readonly when?: (state: State) => boolean;
  /** After this long the step counts as failed, and is undone, since it may have happened. */
  readonly timeoutMs: number;
}

/** An event that wakes the saga which has the given key. */
export interface WakeUp {
  readonly event: EventType;
  readonly key: (data: never) => string;
}

/**
 * A business process over several modules, as data: steps forward, and how each is taken back. Read it as a table.
 * A step that is an operation of the saga's own module runs in the transaction that also writes the saga.
 */
export interface SagaDefinition<State = unknown, Outcome = unknown> {
  readonly name: string;
  readonly version: number;
  readonly steps: readonly SagaStep<State>[];
  readonly wakeUps: readonly WakeUp[];
  /** Of the saga's own module: what is written when everything has been undone. */
  readonly failureCall: ((state: State, failure: ContractError) => Call) | undefined;
  readonly outcome: (state: State, lastOutput: unknown) => Outcome;
}

/** Any saga, where its state is its own affair. */
export type AnySaga = Pick<SagaDefinition, 'name' | 'version' | 'wakeUps'>;

/** Default limit of one step, retries included. */
const STEP_TIMEOUT_MS = 60_000;

type StepOptions<State, Output extends z.ZodType> = {
  do: (state: State) => Call<Output>;
  keep?: (state: State, output: z.output<Output>) => Partial<State>;
  waitWhile?: (output: z.output<Output>) => boolean;
  undo?: (state: State) => Call;
  when?: (state: State) => boolean;
  timeoutMs?: number;
};

/** Gathers the parts of a saga. Every call returns a new builder, so that a definition never changes. */
export class SagaBuilder<State, Outcome> implements SagaDefinition<State, Outcome> {
  readonly name: string;
  readonly version: number;
  readonly steps: readonly SagaStep<State>[];
  readonly wakeUps: readonly WakeUp[];
  readonly failureCall: ((state: State, failure: ContractError) => Call) | undefined;
  readonly outcome: (state: State, lastOutput: unknown) => Outcome;

  constructor(definition: SagaDefinition<State, Outcome>) {
    this.name = definition.name;
    this.version = definition.version;
    this.steps = definition.steps;
    this.wakeUps = definition.wakeUps;
    this.failureCall = definition.failureCall;
    this.outcome = definition.outcome;
  }

  step<Output extends z.ZodType>(name: string, options: StepOptions<State, Output>): SagaBuilder<State, Outcome> {
    const step = { timeoutMs: STEP_TIMEOUT_MS, ...options, name } as SagaStep<State>;
    return new SagaBuilder({ ...this.#parts(), steps: [...this.steps, step] });
  }

  /** `event` wakes the saga whose key `key` reads from it. */
  wakeOn<Type extends EventType>(event: Type, key: (data: DataOf<Type>) => string): SagaBuilder<State, Outcome> {
    return new SagaBuilder({ ...this.#parts(), wakeUps: [...this.wakeUps, { event, key }] });
  }

  onFailure(call: (state: State, failure: ContractError) => Call): SagaBuilder<State, Outcome> {
    return new SagaBuilder({ ...this.#parts(), failureCall: call });
  }

  /** What the one who started the saga gets to hear when all steps are done. */
  answers<NewOutcome>(outcome: (state: State, lastOutput: unknown) => NewOutcome): SagaBuilder<State, NewOutcome> {
    return new SagaBuilder({ ...this.#parts(), outcome });
  }

  #parts(): SagaDefinition<State, Outcome> {
    const { name, version, steps, wakeUps, failureCall, outcome } = this;
    return { name, version, steps, wakeUps, failureCall, outcome };
  }
}

/** Begins a definition; `State` is JSON-safe. A change that older rows cannot follow takes a new version. */
export function defineSaga<State>(name: string, options: { version: number }): SagaBuilder<State, void> {
  return new SagaBuilder<State, void>({
    name,
    version: options.version,
    steps: [],
    wakeUps: [],
    failureCall: undefined,
    outcome: () => undefined,
  });
}
