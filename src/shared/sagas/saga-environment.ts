import type { CallTransport, Implementation } from '../calls/index.ts';
import type { Operation } from '../contract/index.ts';
import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { SagaStore } from './saga-store.ts';

/** What a process's sagas count as they go. */
export interface SagaCounters {
  /** A write of a process that had lost its saga to another owner was refused. */
  stale(): void;
  /** Sagas were taken over, some of them from owners that gave no sign of life. */
  takenOver(sagas: number, fromTheDead: number): void;
}

/** For whoever does not ask. */
export const noSagaCounters: SagaCounters = { stale: () => undefined, takenOver: () => undefined };

/** What the sagas of a module need of the process that carries them on. */
export interface SagaEnvironment {
  readonly module: string;
  readonly database: ModuleDatabase;
  readonly transport: CallTransport;
  readonly store: SagaStore;
  readonly implementationOf: (operation: Operation) => Implementation<Operation>;
  readonly leaseMs: number;
  /** False: what begins here is carried on by another process. */
  readonly conducts: boolean;
  /** How often sagas are looked for that are due and that nobody carries on. */
  readonly sweepMs: number;
  readonly counters: SagaCounters;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}
