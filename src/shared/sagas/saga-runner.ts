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

const SWEEP_LIMIT = 20;
const SWEEP_DEADLINE_MS = seconds(10);
/** Sweeps between two looks for sagas that nobody can carry on. */
const SWEEPS_PER_PARKING = 10;
/** So long a saga may be due before its version counts as unknown to all processes, not only to this one. */
const PARK_AFTER_MS = seconds(30);
/** How often the outcome of a saga that another process works on is looked up. */
const OUTCOME_POLL_MS = 100;

/** Who wants a saga, and how long the answer may take. */
export interface SagaRequest<Meanwhile> {
  readonly operation: Operation;
  readonly input: unknown;
  readonly call: CallContext;
  readonly waitMs: number;
  /** What is answered while the saga goes on. `key` is what it was started for, e.g. an order's id. */
  readonly meanwhile: (key: string) => Promise<Meanwhile>;
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
    const { conducts, sweepMs } = this.#environment;
    if (conducts && this.#definitions.size > 0) this.#timer = setTimeout(() => this.#sweep(), sweepMs);
  }

  /** Lets running steps end and gives the sagas back, due at once for whoever comes next. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
    await Promise.allSettled(this.#active.values());
  }

  /**
   * Starts a saga in one transaction with what `begin` writes, carries it on at once (or leaves it to a process that
   * does) and waits up to `waitMs` for its
   * end. A repeat of the same request (same idempotency key) starts nothing and gets the same outcome.
   * Throws the ContractError that made the saga fail.
   */
  async conduct<State extends object, Outcome, Meanwhile>(
    definition: SagaDefinition<State, Outcome>,
    request: SagaRequest<Meanwhile>,
    begin: (work: UnitOfWork) => Promise<StartedSaga<State>>,
  ): Promise<Outcome | Meanwhile> {
    const { call, waitMs, meanwhile } = request;
    const end = Date.now() + waitMs;
    const { id, run } = await this.#begin(definition, request, begin);
    const ended = run === undefined ? undefined : await within(waitMs, run);
    const row = ended === undefined ? await this.#settle(id, call, end) : ended;
    if (row.outcome !== null) return outcomeOf<Outcome>(row.outcome);
    const answer = meanwhile(row.key);
    await Promise.allSettled([answer]);
    // The saga may have ended while that was read: then its end is the answer, as it will be for every repeat.
    const { outcome } = await this.#read(id, call);
    return outcome === null ? await answer : outcomeOf<Outcome>(outcome);
  }

  /** The saga, and this process's work on it, where it was started just now. */
  async #begin<State extends object>(
    definition: SagaDefinition<State>,
    request: Omit<SagaRequest<unknown>, 'meanwhile'>,
    begin: (work: UnitOfWork) => Promise<StartedSaga<State>>,
  ): Promise<{ id: string; run?: Promise<SagaRow | undefined> }> {
    const { database, conducts, store, leaseMs } = this.#environment;
    const { call } = request;
    const key = requestKey(request.operation, request.input, call);
    const sagaId = newId('sag');
    let row: SagaRow | undefined;
    const earlierId = await database
      .transaction(call, async (work) => {
        if (key !== undefined && !(await claim(work, key, sagaId))) return (await findEarlierSaga(work, key)) ?? null;
        const started = await begin(work);
        row = newRow(sagaId, definition, started, call);
        await store.insert(work, row, conducts ? { name: this.#owner, leaseMs } : undefined);
        return undefined;
      })
      .catch((error: unknown) => this.#refuse(key, call, error));
    if (earlierId !== undefined) return { id: present(earlierId, 'a taken key belongs to a saga') };
    const begun = present(row, 'a saga that was started has a row');
    crashPoint(sagaPoint(definition.name, 'begun'));
    return conducts ? { id: sagaId, run: this.#carryOn(begun) } : { id: sagaId };
  }

  /** A refusal to begin is an answer, too: it is kept, so that the same key gets it again. */
  async #refuse(key: RequestKey | undefined, call: CallContext, error: unknown): Promise<string> {
    if (key === undefined || !(error instanceof ContractError) || isAboutKeys(error)) throw error;
    const { database } = this.#environment;
    await database.transaction(call, (work) => keepRefusal(work, key, error));
    // Where a request with this key was faster, its outcome counts.
    return present(await findEarlierSaga(database.reader(call), key), 'a refusal that was kept is there');
  }

  /** A saga that may run here, elsewhere, or have ended long ago: as it is at its end, or when nobody waits any longer. */
  async #settle(sagaId: string, call: CallContext, end: number): Promise<SagaRow> {
    for (;;) {
      const row = await this.#read(sagaId, call);
      const asleep = (row.attempts > 0 || !isUnderWay(row)) && !this.#active.has(sagaId);
      if (row.outcome !== null || asleep || Date.now() + OUTCOME_POLL_MS > end) return row;
      await pause(OUTCOME_POLL_MS);
    }
  }

  async #read(sagaId: string, call: CallContext): Promise<SagaRow> {
    const row = await this.#environment.store.find(this.#environment.database.reader(call), sagaId);
    return present(row, 'a saga that is asked for exists');
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
      .finally(() => {
        // One that was lost to another owner may have come back to this process meanwhile.
        if (this.#active.get(row.id) === run) this.#active.delete(row.id);
      });
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
        if (!this.#stopping) this.#timer = setTimeout(() => this.#sweep(), this.#environment.sweepMs);
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

function isUnderWay({ status }: SagaRow): boolean {
  return status === 'running' || status === 'compensating';
}

function outcomeOf<Outcome>(outcome: SagaOutcome): Outcome {
  if ('error' in outcome) throw new ContractError(outcome.error);
  return outcome.value as Outcome;
}

async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  return await Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
