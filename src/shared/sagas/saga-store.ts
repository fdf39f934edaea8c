import type { UnitOfWork } from '../database/index.ts';
import type { ContractErrorFields } from '../errors/index.ts';
import { guarded } from '../telemetry/index.ts';

export type SagaStatus = 'running' | 'compensating' | 'parked' | 'completed' | 'failed' | 'needs_attention';

export type SagaEventKind =
  | 'done'
  | 'waiting'
  | 'retrying'
  | 'failed'
  | 'undone'
  | 'stuck'
  | 'taken over'
  | 'parked'
  | 'retried'
  | 'skipped'
  | 'settled';

/** One line of a saga's history. */
export interface SagaEvent {
  readonly at: string;
  readonly step: string;
  readonly what: SagaEventKind;
  readonly attempt?: number;
  readonly error?: string;
}

/** As it was started: on whose behalf, in which trace. */
export interface SagaContext {
  readonly principal: unknown;
  readonly traceparent: string;
  readonly correlationId: string;
}

/** How a saga ended, as the one who started it hears it. */
export type SagaOutcome = { readonly value: unknown } | { readonly error: ContractErrorFields };

export interface SagaRow {
  id: string;
  name: string;
  version: number;
  key: string;
  status: SagaStatus;
  /** Running: the step to do next. Compensating: the step to undo next. */
  step: number;
  attempts: number;
  state: Record<string, unknown>;
  failure: ContractErrorFields | null;
  outcome: SagaOutcome | null;
  history: SagaEvent[];
  context: SagaContext;
  epoch: number;
  /** How many owners in a row have died at it without getting any further. */
  deaths: number;
  /** How long the present step has been at it, by the database's clock. */
  stepAgeMs: number;
}

const COLUMNS = `id, name, version, key, status, step, attempts, state, failure, outcome, history, context, epoch, deaths,
  (extract(epoch from now() - step_started_at) * 1000)::float8 as "stepAgeMs"`;

const MAX_HISTORY = 200;
/** Of a saga's first owner; each new owner has the next. */
export const FIRST_EPOCH = 1;

const NOW_ISO = `to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const KNOWN = `select name, version from jsonb_to_recordset($1::jsonb) as k(name text, version integer)`;

/** One that has an owner whose lease is over was left by a process that died or stands still; one asleep has none. */
const TAKE_OVER = `
  with due as (
    select id as saga_id, owner as previous from sagas
    where status in ('running', 'compensating', 'parked') and due_at <= now() and lease_until <= now()
      and (name, version) in (${KNOWN})
    order by due_at limit $4 for update skip locked
  )
  update sagas s
  set epoch = s.epoch + 1, owner = $2, lease_until = now() + $3 * interval '1 millisecond', updated_at = now(),
      deaths = case when due.previous is null then 0 else s.deaths + 1 end,
      status = case when s.status <> 'parked' then s.status when s.failure is null then 'running' else 'compensating' end,
      history = case when due.previous is null then s.history else s.history || jsonb_build_array(jsonb_build_object(
        'at', ${NOW_ISO}, 'step', 'owner', 'what', 'taken over', 'error', due.previous || ' gave no sign of life')) end
  from due where s.id = due.saga_id
  returning ${COLUMNS}`;

const PARK = `
  with stranded as (
    select id from sagas
    where status in ('running', 'compensating') and greatest(due_at, lease_until) < now() - $2 * interval '1 millisecond'
      and (name, version) not in (${KNOWN})
    order by due_at limit $3 for update skip locked
  )
  update sagas s
  set status = 'parked', epoch = s.epoch + 1, owner = null, updated_at = now(),
      history = s.history || jsonb_build_array(jsonb_build_object('at', ${NOW_ISO}, 'step', 'owner', 'what', 'parked',
        'error', 'no process here knows version ' || s.version))
  from stranded where s.id = stranded.id returning s.id`;

/** Statements over the table of sagas. Every write names the epoch that it was made under. */
export class SagaStore {
  /** Without an owner it is due at once, for whichever process carries on sagas. */
  async insert(work: UnitOfWork, row: SagaRow, owner: { name: string; leaseMs: number } | undefined): Promise<void> {
    await work.run(
      `insert into sagas (id, name, version, key, status, state, context, owner, lease_until, epoch)
       values ($1, $2, $3, $4, 'running', $5, $6, $7, now() + $8 * interval '1 millisecond', $9)`,
      [
        row.id,
        row.name,
        row.version,
        row.key,
        JSON.stringify(row.state),
        JSON.stringify(row.context),
        owner?.name ?? null,
        owner?.leaseMs ?? 0,
        owner === undefined ? FIRST_EPOCH - 1 : FIRST_EPOCH,
      ],
    );
  }

  /** Writes where a saga stands. False: another process has taken it over, and nothing was written. */
  async save(
    work: UnitOfWork,
    row: SagaRow,
    options: { leaseMs: number; dueInMs: number; sameStep: boolean },
  ): Promise<boolean> {
    const changed = await work.run(
      `update sagas
       set status = $3, step = $4, attempts = $5, state = $6, failure = $7, outcome = $8, history = $9,
           lease_until = now() + $10 * interval '1 millisecond', due_at = now() + $11 * interval '1 millisecond',
           step_started_at = case when $12 then step_started_at else now() end, updated_at = now(),
           deaths = case when $12 then deaths else 0 end, owner = case when $10 = 0 then null else owner end
       where id = $1 and (epoch = $2 or $13) and status in ('running', 'compensating')`,
      [
        row.id,
        row.epoch,
        row.status,
        row.step,
        row.attempts,
        JSON.stringify(row.state),
        row.failure === null ? null : JSON.stringify(row.failure),
        row.outcome === null ? null : JSON.stringify(row.outcome),
        JSON.stringify(row.history.slice(-MAX_HISTORY)),
        options.leaseMs,
        options.dueInMs,
        options.sameStep,
        !guarded('epoch fence'),
      ],
    );
    return changed === 1;
  }

  /** A sign of life of the owner. False: the saga is no longer its own. */
  async renew(work: UnitOfWork, id: string, epoch: number, leaseMs: number): Promise<boolean> {
    const changed = await work.run(
      `update sagas set lease_until = now() + $3 * interval '1 millisecond' where id = $1 and epoch = $2`,
      [id, epoch, leaseMs],
    );
    return changed === 1;
  }

  /** Takes sagas that are due and that nobody holds, under a new epoch: what the old owner still writes is refused. */
  async takeOver(
    work: UnitOfWork,
    known: readonly { name: string; version: number }[],
    owner: string,
    leaseMs: number,
    limit: number,
  ): Promise<SagaRow[]> {
    return await work.rows<SagaRow>(TAKE_OVER, [JSON.stringify(known), owner, leaseMs, limit]);
  }

  /** Parks what has been due for `afterMs` and is of no version that is known here. Returns their ids. */
  async park(
    work: UnitOfWork,
    known: readonly { name: string; version: number }[],
    afterMs: number,
    limit: number,
  ): Promise<string[]> {
    const rows = await work.rows<{ id: string }>(PARK, [JSON.stringify(known), afterMs, limit]);
    return rows.map(({ id }) => id);
  }

  /** Makes the sagas with this key due at once, unless somebody is at work on them. */
  async wake(work: UnitOfWork, name: string, key: string): Promise<void> {
    await work.run(
      `update sagas set due_at = now() where name = $1 and key = $2 and status in ('running', 'compensating')`,
      [name, key],
    );
  }

  async find(work: UnitOfWork, id: string): Promise<SagaRow | undefined> {
    return await work.row<SagaRow>(`select ${COLUMNS} from sagas where id = $1`, [id]);
  }
}
