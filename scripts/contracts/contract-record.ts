import type { AnyContract, EventType, Operation } from '../../src/shared/contract/index.ts';
import type { ModuleDefinition } from '../../src/shared/module/index.ts';
import { recordSchema, type Schema } from './record-schema.ts';

export interface RecordedOperation {
  readonly kind: string;
  readonly repeat: string;
  readonly input: Schema;
  readonly output: Schema;
}

export interface RecordedEvent {
  /** The field with the aggregate's id. */
  readonly of: string;
  /** The data of each version that the code can read, by its number. The highest is the one that is published. */
  readonly versions: Readonly<Record<string, Schema>>;
}

export interface RecordedError {
  readonly status: number;
  readonly details: Schema;
}

/** What one module has promised to others, as it lies in `contracts/<module>.json`. */
export interface ContractRecord {
  readonly module: string;
  readonly operations: Readonly<Record<string, RecordedOperation>>;
  readonly events: Readonly<Record<string, RecordedEvent>>;
  readonly errors: Readonly<Record<string, RecordedError>>;
  /** Types of events that the module hears. */
  readonly hears: readonly string[];
}

export function recordModule({ contract, subscriptions, sagas }: ModuleDefinition): ContractRecord {
  const heard = [...subscriptions, ...sagas.flatMap(({ wakeUps }) => wakeUps)].map(({ event }) => event.type);
  return recordContract(contract, [...new Set(heard)].toSorted());
}

export function recordContract(contract: AnyContract, hears: readonly string[] = []): ContractRecord {
  return {
    module: contract.name,
    operations: inOrder(contract.operations, recordOperation),
    events: inOrder(contract.events, recordEvent),
    errors: inOrder(contract.errors, ({ status, details }) => ({ status, details: recordSchema(details, 'output') })),
    hears,
  };
}

function recordOperation({ kind, repeat, input, output }: Operation): RecordedOperation {
  return { kind, repeat, input: recordSchema(input, 'input'), output: recordSchema(output, 'output') };
}

function recordEvent({ of, version, data, upcasts }: EventType): RecordedEvent {
  const versions: Record<string, Schema> = { [String(version)]: recordSchema(data, 'output') };
  for (const [earlier, upcast] of Object.entries(upcasts)) versions[earlier] = recordSchema(upcast.data, 'output');
  return { of, versions };
}

function inOrder<Part, Recorded>(
  parts: Readonly<Record<string, Part>>,
  record: (part: Part) => Recorded,
): Record<string, Recorded> {
  const names = Object.keys(parts).toSorted();
  return Object.fromEntries(names.map((name) => [name, record(parts[name] as Part)]));
}
