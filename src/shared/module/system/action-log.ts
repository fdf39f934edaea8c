import { nameOf, type CallContext } from '../../auth/index.ts';
import type { OutputOf } from '../../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../database/index.ts';
import { newId } from '../../values/index.ts';
import type { System } from './system.contract.ts';

type OperatorAction = OutputOf<typeof System.operations.listActions>['items'][number];

export interface Action {
  /** As a fact: `dead letter retried`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly target: string;
  readonly note: string | undefined;
}

/** What operators did to one module's data by hand, and why. */
export class ActionLog {
  readonly #database: ModuleDatabase;

  constructor(database: ModuleDatabase) {
    this.#database = database;
  }

  /** Keeps it in the transaction of the change itself, so that neither is there without the other. */
  static async record(work: UnitOfWork, { action, target, note }: Action): Promise<void> {
    await work.run('insert into operator_actions (id, operator, action, target, note) values ($1, $2, $3, $4, $5)', [
      newId('opa'),
      nameOf(work.context.principal),
      action,
      target,
      note ?? null,
    ]);
  }

  async list(call: CallContext, limit: number): Promise<OperatorAction[]> {
    const rows = await this.#database
      .reader(call)
      .rows<Omit<OperatorAction, 'module' | 'at'> & { at: Date }>(
        'select id, at, operator, action, target, note from operator_actions order by at desc, id desc limit $1',
        [limit],
      );
    return rows.map((row) => ({ ...row, module: this.#database.module, at: row.at.toISOString() }));
  }
}
