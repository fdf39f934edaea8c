import type { AnyContract, EventType, Operation } from '../../src/shared/contract/index.ts';
import { problems } from '../../src/shared/errors/index.ts';
import { generalFailures } from '../../src/shared/http/index.ts';
import type { ModuleDefinition } from '../../src/shared/module/index.ts';

/** What a service has to be to take a module's place. */
export interface Subject {
  readonly contract: AnyContract;
  readonly operations: readonly Operation[];
  /** Events that it hears, in the order in which the module names them. */
  readonly heard: readonly EventType[];
  /** Errors that its operations may answer, by their codes: its own and those of modules that it asks. */
  readonly errors: ReadonlyMap<string, AllowedError>;
}

export interface AllowedError {
  readonly status: number;
  /** Absent: any. */
  readonly details?: AnyContract['errors'][string]['details'];
}

export const INVALID = problems.invalidInput([]).code;

/** `all`: the modules of the installation, whose errors come through from further on. */
export function subjectOf(definition: ModuleDefinition, all: readonly ModuleDefinition[]): Subject {
  const { contract, subscriptions, sagas } = definition;
  const heard = [
    ...subscriptions.map(({ event }) => event),
    ...sagas.flatMap(({ wakeUps }) => wakeUps.map(({ event }) => event)),
  ];
  const contracts = [contract, ...knownTo(definition, all)];
  const own = contracts.flatMap(({ errors }) => Object.values(errors));
  return {
    contract,
    operations: Object.values(contract.operations),
    heard: [...new Map(heard.map((event) => [event.type, event])).values()],
    errors: new Map<string, AllowedError>([
      ...generalFailures.map(({ code, status }) => [code, { status }] as const),
      ...own.map(({ code, status, details }) => [code, { status, details }] as const),
    ]),
  };
}

/** Whom it calls, whom those call, and so on: the graph of modules has no cycles. */
function knownTo({ knows }: ModuleDefinition, all: readonly ModuleDefinition[]): AnyContract[] {
  const further = all.filter(({ contract }) => knows.some(({ name }) => name === contract.name));
  return [...knows, ...further.flatMap((each) => knownTo(each, all))];
}
