import { newCallContext, Principal, type CallContext } from '../auth/index.ts';
import { isCoordination } from '../calls/index.ts';
import { parseInput, type Call } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import { InvariantViolation } from '../errors/index.ts';
import { seconds } from '../values/index.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import type { SagaRow } from './saga-store.ts';

const STEP_DEADLINE_MS = seconds(30);

/** How one saga calls: on behalf of whoever started it, in its trace, with a key for each of its steps. */
export class SagaCalls {
  readonly #row: SagaRow;
  readonly #environment: SagaEnvironment;

  constructor(row: SagaRow, environment: SagaEnvironment) {
    this.#row = row;
    this.#environment = environment;
  }

  /** The operation is of the saga's own module and can run in the transaction that also writes the saga. */
  isOwn({ operation }: Call): boolean {
    return (
      operation.contract === this.#environment.module && !isCoordination(this.#environment.implementationOf(operation))
    );
  }

  async call({ operation, input }: Call, key: string): Promise<unknown> {
    return await this.#environment.transport.invoke(operation, input, this.context(key));
  }

  async callAny(call: Call, key: string): Promise<unknown> {
    if (!this.isOwn(call)) return await this.call(call, key);
    return await this.#environment.database.transaction(this.context(key), (work) => this.execute(call, work));
  }

  /** Runs an operation of the saga's own module in the given transaction. */
  async execute({ operation, input }: Call, work: UnitOfWork): Promise<unknown> {
    const implementation = this.#environment.implementationOf(operation);
    if (isCoordination(implementation)) {
      throw new InvariantViolation(`${operation.id} opens transactions of its own and cannot run inside the saga's`);
    }
    return operation.output.parse(await implementation.execute(parseInput(operation.input, input), work));
  }

  context(key: string): CallContext {
    const { principal, traceparent, correlationId } = this.#row.context;
    return newCallContext({
      caller: this.#environment.module,
      principal: Principal.parse(principal),
      deadlineMs: Date.now() + STEP_DEADLINE_MS,
      traceparent,
      correlationId,
      idempotencyKey: `${this.#row.id}:${key}`,
    });
  }
}
