import { system, newCallContext, type CallContext } from '../auth/index.ts';
import { claim, findEarlier, isAboutKeys, keepRefusal, requestKey, type RequestKey } from '../calls/index.ts';
import type { Operation } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import { ContractError, present, InvariantViolation } from '../errors/index.ts';
import { crashPoint } from '../telemetry/index.ts';
import { newId, seconds } from '../values/index.ts';
import { sagaPoint } from './crash-points.ts';
import type { AnySaga, SagaDefinition } from './define-saga.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import { SagaRun } from './saga-run.ts';
import { FIRST_EPOCH, type SagaOutcome, type SagaRow } from './saga-store.ts';

const SWEEP_MS = 500;
const SWEEP_LIMIT = 20;
const SWEEP_DEADLINE_MS = seconds(10);
/** Sweeps between two looks for sagas that nobody can carry on. */
const SWEEPS_PER_PARKING = 10;
/** So long a saga may be due before its version counts as unknown to all processes, not only to this one. */
const PARK_AFTER_MS = seconds(30);
/** How often the outcome of a saga that another process works on is looked up. */
const OUTCOME_POLL_MS = 100;

/** What came of a saga: how it ended, or that it goes on. `key` is what it was started for, e.g. an order's id. */
export interface Conducted<Outcome> {
  readonly key: string;
  /** Absent while the saga still runs. */
  readonly outcome: { readonly value: Outcome } | undefined;
}

export interface StartedSaga<State> {
  /** Unique among the sagas of this name. */
  readonly key: string;
  readonly state: State;
}

/**
 * The sagas of one module in one process: starts them, carries them on, and takes over what stands still elsewhere.
 * Postgres holds the truth; this object only holds what it is at work on.
 */
export class SagaRunner {
  readonly #environment: SagaEnvironment;
  readonly #definitions: ReadonlyMap<string, SagaDefinition<Record<string, unknown>>>;
  readonly #owner = newId('prc');
  readonly #active = new Map<string, Promise<SagaRow | undefined>>();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopping = false;
  #sweeps = 0;

  constructor(environment: Omit<SagaEnvironment, 'isStopping'>, definitions: readonly AnySaga[]) {
    this.#environment = { ...environment, isStopping: () => this.#stopping };
    // A definition only ever meets the state that it made itself.
    const known = definitions as unknown as readonly SagaDefinition<Record<string, unknown>>[];
    this.#definitions = new Map(known.map((definition) => [versionOf(definition), definition]));
  }

  start(): void {
    if (this.#definitions.size > 0) this.#timer = setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  /** Lets running steps end and gives the sagas back, due at once for whoever comes next. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
    await Promise.allSettled(this.#active.values());
  }

  /**
   * Starts a saga in one transaction with what `begin` writes, carries it on at once and waits up to `waitMs` for its
   * end. A repeat of the same request (same idempotency key) starts nothing and gets the same outcome.
   * Throws the ContractError that made the saga fail.
   */
  async conduct<State extends object, Outcome>(
    definition: SagaDefinition<State, Outcome>,
    request: { operation: Operation; input: unknown; call: CallContext; waitMs: number },
    begin: (work: UnitOfWork) => Promise<StartedSaga<State>>,
  ): Promise<Conducted<Outcome>> {
    const { database } = this.#environment;
    const { call, waitMs } = request;
    const key = requestKey(request.operation, request.input, call);
    const sagaId = newId('sag');
    let row: SagaRow | undefined;
    const earlierId = await database
      .transaction(call, async (work) => {
        if (key !== undefined && !(await claim(work, key, sagaId))) return (await findEarlierSaga(work, key)) ?? null;
        const started = await begin(work);
        row = newRow(sagaId, definition, started, call);
        await this.#environment.store.insert(work, row, this.#owner, this.#environment.leaseMs);
        return undefined;
      })
      .catch((error: unknown) => this.#refuse(key, call, error));
    if (earlierId !== undefined) {
      return await this.#settle<Outcome>(present(earlierId, 'a taken key belongs to a saga'), call, waitMs);
    }
    const begun = present(row, 'a saga that was started has a row');
    crashPoint(sagaPoint(definition.name, 'begun'));
    return await this.#conclude<Outcome>(begun, this.#carryOn(begun), waitMs);
  }

  /** A refusal to begin is an answer, too: it is kept, so that the same key gets it again. */
  async #refuse(key: RequestKey | undefined, call: CallContext, error: unknown): Promise<string> {
    if (key === undefined || !(error instanceof ContractError) || isAboutKeys(error)) throw error;
    const { database } = this.#environment;
    await database.transaction(call, (work) => keepRefusal(work, key, error));
    // Where a request with this key was faster, its outcome counts.
    return present(await findEarlierSaga(database.reader(call), key), 'a refusal that was kept is there');
  }

  /** Carries on what an event has made due, without waiting for the sweep. */
  nudge(): void {
    if (this.#stopping || this.#sweeping !== undefined) return;
    clearTimeout(this.#timer);
    this.#sweep();
  }

  async #conclude<Outcome>(
    row: SagaRow,
    run: Promise<SagaRow | undefined>,
    waitMs: number,
  ): Promise<Conducted<Outcome>> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), waitMs);
    });
    const ended = await Promise.race([run, limit]).finally(() => clearTimeout(timer));
    return { key: row.key, outcome: outcomeOf<Outcome>(ended?.outcome ?? null) };
  }

  /** The outcome of a saga that may run here, elsewhere, or have ended long ago. */
  async #settle<Outcome>(sagaId: string, call: CallContext, waitMs: number): Promise<Conducted<Outcome>> {
    const end = Date.now() + waitMs;
    for (;;) {
      const row = await this.#environment.store.find(this.#environment.database.reader(call), sagaId);
      const { key, outcome, status, attempts } = present(row, 'a claimed key names an existing saga');
      const asleep = status === 'running' && attempts > 0 && !this.#active.has(sagaId);
      if (outcome !== null || asleep || Date.now() + OUTCOME_POLL_MS > end)
        return { key, outcome: outcomeOf<Outcome>(outcome) };
      await pause(OUTCOME_POLL_MS);
    }
  }

  /** Resolves to the saga as it ended or went to sleep; to undefined when it is another's, or will be taken up again. */
  #carryOn(row: SagaRow): Promise<SagaRow | undefined> {
    const definition = present(this.#definitions.get(versionOf(row)), `there is no saga ${versionOf(row)}`);
    const run = new SagaRun(definition, row, this.#environment)
      .advance()
      .catch((error: unknown) => {
        this.#environment.logger.error({ err: error, sagaId: row.id }, 'a saga stopped and will be taken up again');
        return undefined;
      })
      .finally(() => this.#active.delete(row.id));
    this.#active.set(row.id, run);
    return run;
  }

  #sweep(): void {
    this.#sweeping = this.#takeOverDue()
      .catch((error: unknown) => {
        if (!this.#stopping) this.#environment.logger.warn({ err: error }, 'the sweep for due sagas will be repeated');
      })
      .finally(() => {
        this.#sweeping = undefined;
        if (!this.#stopping) this.#timer = setTimeout(() => this.#sweep(), SWEEP_MS);
      });
  }

  async #takeOverDue(): Promise<void> {
    if (this.#stopping) return;
    const { database, store, leaseMs, counters, logger } = this.#environment;
    const context = newCallContext({
      caller: 'saga',
      principal: system('saga'),
      deadlineMs: Date.now() + SWEEP_DEADLINE_MS,
    });
    const known = [...this.#definitions.values()].map(({ name, version }) => ({ name, version }));
    const due = await database.transaction(context, (work) =>
      store.takeOver(work, known, this.#owner, leaseMs, SWEEP_LIMIT),
    );
    if (due.length > 0) counters.takenOver(due.length, due.filter(({ deaths }) => deaths > 0).length);
    for (const row of due) void this.#carryOn(row);
    this.#sweeps += 1;
    if (this.#sweeps % SWEEPS_PER_PARKING !== 0) return;
    for (const sagaId of await store.park(database.single(context), known, PARK_AFTER_MS, SWEEP_LIMIT)) {
      logger.error({ sagaId }, 'a saga is parked: no process here knows its version');
    }
  }
}

function versionOf({ name, version }: { name: string; version: number }): string {
  return `${name}@${version}`;
}

async function findEarlierSaga(work: UnitOfWork, key: RequestKey): Promise<string | undefined> {
  const earlier = await findEarlier(work, key);
  if (earlier === undefined) return undefined;
  if (earlier.kind === 'saga') return earlier.sagaId;
  if (earlier.kind === 'refused') throw earlier.error;
  throw new InvariantViolation('a key of this operation belongs to no saga');
}

function newRow<State extends object>(
  id: string,
  definition: SagaDefinition<State>,
  started: StartedSaga<State>,
  call: CallContext,
): SagaRow {
  return {
    id,
    name: definition.name,
    version: definition.version,
    key: started.key,
    status: 'running',
    step: 0,
    attempts: 0,
    state: { ...started.state } as Record<string, unknown>,
    failure: null,
    outcome: null,
    history: [],
    context: { principal: call.principal, traceparent: call.traceparent, correlationId: call.correlationId },
    epoch: FIRST_EPOCH,
    deaths: 0,
    stepAgeMs: 0,
  };
}

function outcomeOf<Outcome>(outcome: SagaOutcome | null): { value: Outcome } | undefined {
  if (outcome === null) return undefined;
  if ('error' in outcome) throw new ContractError(outcome.error);
  return { value: outcome.value as Outcome };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
