import { nameOf, type CallContext } from '../../auth/index.ts';
import type { OutputOf } from '../../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../database/index.ts';
import type { SagaEvent } from '../../sagas/index.ts';
import { ActionLog } from './action-log.ts';
import { System } from './system.contract.ts';

type Saga = OutputOf<typeof System.operations.getSaga>;
type SagaSummary = OutputOf<typeof System.operations.listSagas>['items'][number];

interface SagaRow {
  id: string;
  name: string;
  version: number;
  key: string;
  status: Saga['status'];
  step: number;
  attempts: number;
  epoch: number;
  owner: string | null;
  failure: { code: string; title: string; detail?: string } | null;
  history: SagaEvent[];
  dueAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `id, name, version, key, status, step, attempts, epoch, owner, failure, history, due_at as "dueAt",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Only an undo can be passed over: what comes after a step forward may need what the step would have given. */
const BACKWARDS = 'failure is not null';

/** One module's sagas, as an operator sees and settles them. Whatever is done here stands in the saga's history too. */
export class SagaDesk {
  readonly #database: ModuleDatabase;

  constructor(database: ModuleDatabase) {
    this.#database = database;
  }

  async list(call: CallContext, status: Saga['status'] | undefined, limit: number): Promise<SagaSummary[]> {
    const rows = await this.#database
      .reader(call)
      .rows<SagaRow>(
        `select ${COLUMNS} from sagas where $1::text is null or status = $1 order by created_at desc, id desc limit $2`,
        [status ?? null, limit],
      );
    return rows.map((row) => this.#show(row));
  }

  async find(call: CallContext, sagaId: string): Promise<Saga | undefined> {
    const row = await read(this.#database.reader(call), sagaId);
    return row === undefined ? undefined : this.#show(row);
  }

  /** Throws sagaNotStuck. A failure tells that the saga was on its way back, so that is where it goes on. */
  async retry(call: CallContext, sagaId: string): Promise<Saga> {
    const status = `case when failure is null then 'running' else 'compensating' end`;
    return await this.#change(call, sagaId, 'retried', undefined, `status = ${status}`);
  }

  /** The undo that it is stuck at counts as done, and the ones below it follow. Throws sagaNotStuck. */
  async skip(call: CallContext, sagaId: string, note: string): Promise<Saga> {
    return await this.#change(call, sagaId, 'skipped', note, `status = 'compensating', step = step - 1`, BACKWARDS);
  }

  /** Nothing more is undone; what the saga does when it has failed is still done. Throws sagaNotStuck. */
  async settle(call: CallContext, sagaId: string, note: string): Promise<Saga> {
    const failure = `coalesce(failure, json_build_object('code', 'saga.settled', 'status', 503, 'title', 'It was ended by hand')::jsonb)`;
    const assignments = `status = 'compensating', step = -1, failure = ${failure}`;
    return await this.#change(call, sagaId, 'settled', note, assignments);
  }

  async #change(
    call: CallContext,
    sagaId: string,
    what: 'retried' | 'skipped' | 'settled',
    note: string | undefined,
    assignments: string,
    condition = 'true',
  ): Promise<Saga> {
    return await this.#database.transaction(call, async (work) => {
      const event: SagaEvent = {
        at: new Date().toISOString(),
        step: 'operator',
        what,
        error: `${nameOf(call.principal)}${note === undefined ? '' : `: ${note}`}`,
      };
      const changed = await work.row<SagaRow>(
        `update sagas set ${assignments}, attempts = 0, deaths = 0, due_at = now(), epoch = epoch + 1, lease_until = now(),
           updated_at = now(), history = history || $2::jsonb
         where id = $1 and status = 'needs_attention' and ${condition} returning ${COLUMNS}`,
        [sagaId, JSON.stringify([event])],
      );
      if (changed !== undefined) {
        await ActionLog.record(work, { action: `saga ${what}`, target: sagaId, note });
        return this.#show(changed);
      }
      const current = await read(work, sagaId);
      throw System.errors.sagaNotStuck({ sagaId, status: current?.status ?? 'unknown' });
    });
  }

  #show(row: SagaRow): Saga {
    return {
      ...row,
      module: this.#database.module,
      failure: row.failure === null ? null : { ...row.failure, detail: row.failure.detail ?? null },
      dueAt: row.dueAt.toISOString(),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  }
}

async function read(work: UnitOfWork, sagaId: string): Promise<SagaRow | undefined> {
  return await work.row<SagaRow>(`select ${COLUMNS} from sagas where id = $1`, [sagaId]);
}
