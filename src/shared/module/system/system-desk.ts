import type { CallContext } from '../../auth/index.ts';
import type { Coordination, Implementation } from '../../calls/index.ts';
import type { Operation, OutputOf } from '../../contract/index.ts';
import type { HostedModule } from '../hosted-module.ts';
import { kernelAudits } from './audit.ts';
import { DeadLetterDesk } from './dead-letter-desk.ts';
import { SagaDesk } from './saga-desk.ts';
import { System } from './system.contract.ts';

type Operations = typeof System.operations;
type Answers = { readonly [Name in keyof Operations]: Coordination<Operations[Name]>['coordinate'] };

interface DeskOptions {
  readonly modules: ReadonlyMap<string, HostedModule>;
  /** Every module there is, hosted here or not. */
  readonly names: readonly string[];
  readonly version: string;
}

/** Answers the operator's questions over all modules that this process hosts. */
export class SystemDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  implementationOf(operation: Operation): Implementation<Operation> {
    const answer = this.#answers[operation.name as keyof Operations];
    return { coordinate: (input, call) => answer(input as never, call) };
  }

  readonly #answers: Answers = {
    listModules: (_, call) => this.#listModules(call),
    listSagas: async ({ status, limit }, call) => {
      const lists = await Promise.all(
        this.#databases().map((database) => new SagaDesk(database).list(call, status, limit)),
      );
      return {
        items: lists
          .flat()
          .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
          .slice(0, limit),
      };
    },
    getSaga: async ({ sagaId }, call) => (await this.#findSaga(sagaId, call)).saga,
    retrySaga: async ({ sagaId }, call) => await (await this.#findSaga(sagaId, call)).desk.retry(call, sagaId),
    settleSaga: async ({ sagaId, note }, call) =>
      await (await this.#findSaga(sagaId, call)).desk.settle(call, sagaId, note),
    listDeadLetters: async ({ limit }, call) => {
      const lists = await Promise.all(
        this.#databases().map((database) => new DeadLetterDesk(database).list(call, limit)),
      );
      return {
        items: lists
          .flat()
          .sort((a, b) => a.receivedAt.localeCompare(b.receivedAt))
          .slice(0, limit),
      };
    },
    retryDeadLetter: ({ eventId }, call) => this.#withDeadLetter(eventId, (desk) => desk.retry(call, eventId)),
    discardDeadLetter: ({ eventId, note }, call) =>
      this.#withDeadLetter(eventId, (desk) => desk.discard(call, eventId, note)),
    audit: (_, call) => this.#audit(call),
  };

  async #listModules(call: CallContext): Promise<OutputOf<Operations['listModules']>> {
    const items = this.#options.names.map(async (name) => {
      const hosted = this.#options.modules.get(name);
      const detail = hosted === undefined ? 'not hosted by this process' : await faultOf(hosted, call);
      return {
        name,
        hosted: hosted !== undefined,
        version: this.#options.version,
        healthy: hosted !== undefined && detail === null,
        detail,
      };
    });
    return { items: await Promise.all(items) };
  }

  async #findSaga(
    sagaId: string,
    call: CallContext,
  ): Promise<{ desk: SagaDesk; saga: OutputOf<Operations['getSaga']> }> {
    for (const database of this.#databases()) {
      const desk = new SagaDesk(database);
      const saga = await desk.find(call, sagaId);
      if (saga !== undefined) return { desk, saga };
    }
    throw System.errors.sagaNotFound({ sagaId });
  }

  async #withDeadLetter(eventId: string, change: (desk: DeadLetterDesk) => Promise<boolean>): Promise<void> {
    for (const database of this.#databases()) {
      if (await change(new DeadLetterDesk(database))) return;
    }
    throw System.errors.deadLetterNotFound({ eventId });
  }

  async #audit(call: CallContext): Promise<OutputOf<Operations['audit']>> {
    const checks = [...this.#options.modules].flatMap(([module, hosted]) =>
      [...kernelAudits, ...hosted.audits()].map(async (audit) => {
        const offenders = await audit.find(hosted.database.reader(call));
        return { module, invariant: audit.invariant, promise: audit.promise, holds: offenders.length === 0, offenders };
      }),
    );
    const items = await Promise.all(checks);
    return { holds: items.every(({ holds }) => holds), items };
  }

  #databases() {
    return [...this.#options.modules.values()].map(({ database }) => database);
  }
}

async function faultOf(hosted: HostedModule, call: CallContext): Promise<string | null> {
  try {
    await hosted.database.reader(call).rows('select 1 as alive');
    return null;
  } catch (error) {
    return `its database does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
