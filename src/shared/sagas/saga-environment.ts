import type { CallTransport, Implementation } from '../calls/index.ts';
import type { Operation } from '../contract/index.ts';
import type { ModuleDatabase } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { SagaStore } from './saga-store.ts';

/** What the sagas of a module need of the process that carries them on. */
export interface SagaEnvironment {
  readonly module: string;
  readonly database: ModuleDatabase;
  readonly transport: CallTransport;
  readonly store: SagaStore;
  readonly implementationOf: (operation: Operation) => Implementation<Operation>;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}
