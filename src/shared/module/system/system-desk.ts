import type { CallContext } from '../../auth/index.ts';
import type { Coordination, Implementation } from '../../calls/index.ts';
import type { Operation, OutputOf, ParsedInputOf } from '../../contract/index.ts';
import type { ModuleDatabase } from '../../database/index.ts';
import type { HostedModule } from '../hosted-module.ts';
import { ActionLog } from './action-log.ts';
import { kernelAudits } from './audit.ts';
import { DeadLetterDesk } from './dead-letter-desk.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { mergeAnswers } from './merge-answers.ts';
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
    return { coordinate: (input, call) => this.answer(operation, input, call) };
  }

  async answer({ name }: Operation, input: unknown, call: CallContext): Promise<unknown> {
    return await this.#answers[name as keyof Operations](input as never, call);
  }

  readonly #answers: Answers = {
    listModules: (_, call) => this.#listModules(call),
    listSagas: async ({ status, limit }, call) => {
      const items = await this.#ofEach((database) => new SagaDesk(database).list(call, status, limit));
      return mergeAnswers.listSagas([{ items }], { limit });
    },
    getSaga: async ({ sagaId }, call) => (await this.#findSaga(sagaId, call)).saga,
    retrySaga: async ({ sagaId }, call) => await (await this.#findSaga(sagaId, call)).desk.retry(call, sagaId),
    skipSagaStep: async ({ sagaId, note }, call) =>
      await (await this.#findSaga(sagaId, call)).desk.skip(call, sagaId, note),
    settleSaga: async ({ sagaId, note }, call) =>
      await (await this.#findSaga(sagaId, call)).desk.settle(call, sagaId, note),
    listDeadLetters: async ({ module, limit }, call) => {
      const items = await this.#ofEach((database) => new DeadLetterDesk(database).list(call, limit), module);
      return mergeAnswers.listDeadLetters([{ items }], { limit });
    },
    retryDeadLetter: (input, call) =>
      this.#withDeadLetter(input, (desk) => desk.retry(call, input.eventId, input.note)),
    discardDeadLetter: (input, call) =>
      this.#withDeadLetter(input, (desk) => desk.discard(call, input.eventId, input.note)),
    listQuarantined: async ({ limit }, call) => {
      const items = await this.#ofEach((database) => new DeliveryDesk(database).listQuarantined(call, limit));
      return mergeAnswers.listQuarantined([{ items }], { limit });
    },
    retryQuarantined: (input, call) => this.#retryQuarantined(input, call),
    replayEvents: (input, call) => this.#replay(input, call),
    listActions: async ({ limit }, call) => {
      const items = await this.#ofEach((database) => new ActionLog(database).list(call, limit));
      return mergeAnswers.listActions([{ items }], { limit });
    },
    audit: (_, call) => this.#audit(call),
  };

  async #listModules(call: CallContext): Promise<OutputOf<Operations['listModules']>> {
    const items = this.#options.names.map(async (name) => {
      const hosted = this.#options.modules.get(name);
      const detail = hosted === undefined ? 'hosted by no process that is known here' : await faultOf(hosted, call);
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

  async #withDeadLetter(
    { eventId, module }: ParsedInputOf<Operations['retryDeadLetter']>,
    change: (desk: DeadLetterDesk) => Promise<boolean>,
  ): Promise<void> {
    for (const database of module === undefined ? this.#databases() : [this.#database(module)]) {
      if (await change(new DeadLetterDesk(database))) return;
    }
    throw System.errors.deadLetterNotFound({ eventId });
  }

  async #retryQuarantined(input: ParsedInputOf<Operations['retryQuarantined']>, call: CallContext): Promise<void> {
    for (const database of this.#databases()) {
      if (await new DeliveryDesk(database).retryQuarantined(call, input)) return;
    }
    const { eventId, subscriber } = input;
    throw System.errors.quarantinedNotFound({ eventId, subscriber });
  }

  async #replay(
    input: ParsedInputOf<Operations['replayEvents']>,
    call: CallContext,
  ): Promise<OutputOf<Operations['replayEvents']>> {
    const { source, subscriber } = input;
    const database = this.#database(source);
    if (!this.#options.names.includes(subscriber)) throw System.errors.unknownSubscriber({ subscriber });
    return { reopened: await new DeliveryDesk(database).replay(call, input) };
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

  /** What each hosted module has, or the one that is named. */
  async #ofEach<Item>(list: (database: ModuleDatabase) => Promise<Item[]>, module?: string): Promise<Item[]> {
    const databases = module === undefined ? this.#databases() : [this.#database(module)];
    return (await Promise.all(databases.map(list))).flat();
  }

  #database(module: string): ModuleDatabase {
    const hosted = this.#options.modules.get(module);
    if (hosted === undefined) throw System.errors.moduleNotHosted({ module });
    return hosted.database;
  }

  #databases(): ModuleDatabase[] {
    return [...this.#options.modules.values()].map(({ database }) => database);
  }
}

async function faultOf(hosted: HostedModule, call: CallContext): Promise<string | null> {
  try {
    await hosted.database.reader(call).rows('select 1 as alive');
    return (await hosted.definition.fault?.()) ?? null;
  } catch (error) {
    return `its database does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
