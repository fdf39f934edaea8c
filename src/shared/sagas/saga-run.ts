import type { Call } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import { ContractError, InvariantViolation, present, type ContractErrorFields } from '../errors/index.ts';
import { crashPoint } from '../telemetry/index.ts';
import { backoffMs, seconds } from '../values/index.ts';
import { sagaPoint, stepPoint } from './crash-points.ts';
import type { SagaDefinition, SagaStep } from './define-saga.ts';
import { startHeartbeat } from './heartbeat.ts';
import { SagaCalls } from './saga-calls.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import { NotTheOwner, SagaRecord } from './saga-record.ts';
import { FIRST_EPOCH, type SagaEvent, type SagaRow } from './saga-store.ts';

const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = seconds(30);
/** Pauses up to this long are sat out by the owner; for longer ones it lets go of the saga. */
const MAX_INLINE_PAUSE_MS = seconds(1);
/** How soon a waiting step is asked again, if nothing wakes it: the safety net behind its event. */
const POLL_BASE_MS = seconds(2);

/** After so many processes died at one step in a row, no further one is put at risk. */
const MAX_DEATHS = 8;

/** What contradicts the books goes on doing so: after so many attempts in a row an operator has to look. */
const MAX_CONTRADICTIONS = 4;

type Definition = SagaDefinition<Record<string, unknown>>;

/**
 * One process's work on one saga, from when it owns it until it ends, sleeps or is lost to another owner.
 *
 * States of the saga: running → completed; running → compensating (a step was refused or ran out of time) → failed;
 * either → needs attention (what cannot be taken back was refused, or an undo was). It is written when it sleeps, turns
 * round or ends. Steps in between are not written one by one: each is safe to repeat, so a new owner repeats those since
 * the last write.
 */
export class SagaRun {
  readonly #definition: Definition;
  readonly #pointOfNoReturn: number;
  readonly #environment: SagaEnvironment;
  readonly #row: SagaRow;
  readonly #calls: SagaCalls;
  readonly #record: SagaRecord;

  constructor(definition: Definition, row: SagaRow, environment: SagaEnvironment) {
    this.#definition = definition;
    this.#pointOfNoReturn = pointOfNoReturn(definition);
    this.#row = row;
    this.#calls = new SagaCalls(row, environment);
    this.#environment = environment;
    this.#record = new SagaRecord(row, environment, () => this.#calls.context('own'));
  }

  /** Goes on until the saga ends or sleeps. Returns it as it then is, or undefined when another process owns it. */
  async advance(): Promise<SagaRow | undefined> {
    const stopHeartbeat = startHeartbeat(this.#environment, this.#row, this.#calls);
    try {
      if (this.#row.deaths > MAX_DEATHS) return await this.#giveUp();
      for (;;) {
        if (this.#environment.isStopping()) return await this.#sleep(0, []);
        const goOn = this.#row.status === 'compensating' ? await this.#undoStep() : await this.#doStep();
        if (!goOn) return this.#row;
      }
    } catch (error) {
      if (!(error instanceof NotTheOwner)) throw error;
      this.#environment.counters.stale();
      this.#environment.logger.warn(
        { sagaId: this.#row.id, epoch: this.#row.epoch },
        'a saga was lost to another owner',
      );
      return undefined;
    } finally {
      stopHeartbeat();
    }
  }

  async #doStep(): Promise<boolean> {
    const step = this.#definition.steps[this.#row.step];
    if (step === undefined) {
      await this.#record.transact((work) => this.#complete(work));
      return false;
    }
    if (step.when?.(this.#row.state) === false) {
      this.#record.nextStep(undefined);
      return true;
    }
    const call = step.do(this.#row.state);
    try {
      // A new owner must not begin before it, where it could still turn round.
      if (this.#hasNoWayBack) await this.#record.saveAt(this.#pointOfNoReturn);
      crashPoint(stepPoint(this.#definition.name, step.name, 'before'));
      const isLast = this.#row.step === this.#definition.steps.length - 1;
      if (this.#calls.isOwn(call)) return await this.#doOwnStep(step, call, isLast);
      const output = await this.#calls.call(call, `do:${this.#row.step}`);
      crashPoint(stepPoint(this.#definition.name, step.name, 'after'));
      if (step.waitWhile?.(output as never) === true) return await this.#waitFor(step);
      this.#keep(step, output);
      return true;
    } catch (error) {
      return await this.#stepFailed(step, error);
    }
  }

  /** The step and the saga's own row change in one transaction: it happens exactly once. */
  async #doOwnStep(step: SagaStep<Record<string, unknown>>, call: Call, isLast: boolean): Promise<boolean> {
    await this.#record.transact(async (work) => {
      const output = await this.#calls.execute(call, work);
      this.#keep(step, output);
      if (isLast) await this.#complete(work);
      else await this.#record.save(work, 0, this.#environment.leaseMs);
    });
    crashPoint(stepPoint(this.#definition.name, step.name, 'after'));
    return !isLast;
  }

  async #complete(work: UnitOfWork): Promise<void> {
    this.#row.status = 'completed';
    this.#row.outcome = { value: this.#definition.outcome(this.#row.state, this.#record.lastOutput) ?? null };
    await this.#record.save(work, 0, 0);
  }

  async #stepFailed(step: SagaStep<Record<string, unknown>>, error: unknown): Promise<boolean> {
    if (error instanceof NotTheOwner) throw error;
    if (error instanceof ContractError) {
      if (this.#row.step > this.#pointOfNoReturn) return await this.#needsAttention(step, error.code);
      // Refused when first asked: nothing has changed there, so the steps before it are what is to be undone.
      return await this.#turnRound(step, error.toJSON(), this.#lastToUndo(this.#row.attempts > 0));
    }
    this.#row.attempts += 1;
    this.#environment.logger.warn(
      { sagaId: this.#row.id, step: step.name, err: error },
      'a saga step will be repeated',
    );
    if (this.#isOverdue(step)) return await this.#timedOut(step, error);
    if (this.#hasNoWayBack && this.#isHopeless(error)) return await this.#needsAttention(step, messageOf(error));
    return await this.#pause(this.#record.event(step, 'retrying', messageOf(error)));
  }

  async #waitFor(step: SagaStep<Record<string, unknown>>): Promise<boolean> {
    if (this.#isOverdue(step)) return await this.#timedOut(step, new Error('no answer came in time'));
    this.#row.attempts += 1;
    const remainingMs = Math.max(0, step.timeoutMs - this.#record.stepAgeMs);
    const pollMs = backoffMs(this.#row.attempts, POLL_BASE_MS, RETRY_CAP_MS);
    await this.#sleep(
      Math.min(pollMs, remainingMs),
      this.#row.attempts === 1 ? [this.#record.event(step, 'waiting')] : [],
    );
    return false;
  }

  /** A step without an answer may have happened, so it is undone with the others. */
  async #timedOut(step: SagaStep<Record<string, unknown>>, error: unknown): Promise<boolean> {
    const failure: ContractErrorFields = {
      code: 'saga.timed_out',
      status: 503,
      title: 'It took too long',
      detail: `"${step.name}" did not end within ${step.timeoutMs / 1_000} s (${messageOf(error)}); everything was taken back.`,
    };
    return await this.#turnRound(step, failure, this.#lastToUndo(true));
  }

  /** Giving up would leave half of it done: it is repeated for as long as it takes. */
  get #hasNoWayBack(): boolean {
    return this.#row.step >= this.#pointOfNoReturn;
  }

  #isOverdue(step: SagaStep<Record<string, unknown>>): boolean {
    return !this.#hasNoWayBack && this.#record.stepAgeMs >= step.timeoutMs;
  }

  /**
   * Where undoing begins. A saga that has changed hands may be further than is written, so all of it is undone: that is
   * safe whether or not there is something to take back.
   */
  #lastToUndo(mayHaveHappened: boolean): number {
    if (this.#row.epoch > FIRST_EPOCH) return this.#definition.steps.length - 1;
    return mayHaveHappened ? this.#row.step : this.#row.step - 1;
  }

  async #turnRound(
    step: SagaStep<Record<string, unknown>>,
    failure: ContractErrorFields,
    from: number,
  ): Promise<boolean> {
    this.#row.status = 'compensating';
    this.#row.failure = failure;
    this.#row.step = from;
    this.#row.attempts = 0;
    this.#record.restartStep();
    this.#record.remember([this.#record.event(step, 'failed', failure.code)]);
    await this.#record.transact((work) => this.#record.save(work, 0, this.#environment.leaseMs));
    return true;
  }

  async #undoStep(): Promise<boolean> {
    const step = this.#definition.steps[this.#row.step];
    if (step === undefined) {
      await this.#fail();
      return false;
    }
    const needed = step.when?.(this.#row.state) !== false;
    if (step.undo !== undefined && needed) {
      try {
        crashPoint(stepPoint(this.#definition.name, step.name, 'undo'));
        await this.#calls.callAny(step.undo(this.#row.state), `undo:${this.#row.step}`);
      } catch (error) {
        if (error instanceof ContractError) return await this.#needsAttention(step, error.code);
        this.#row.attempts += 1;
        if (this.#isHopeless(error)) return await this.#needsAttention(step, messageOf(error));
        this.#environment.logger.warn(
          { sagaId: this.#row.id, step: step.name, err: error },
          'an undo will be repeated',
        );
        return await this.#pause(this.#record.event(step, 'retrying', messageOf(error)));
      }
      crashPoint(stepPoint(this.#definition.name, step.name, 'undone'));
      this.#record.remember([this.#record.event(step, 'undone')]);
    }
    this.#row.step -= 1;
    this.#row.attempts = 0;
    return true;
  }

  async #fail(): Promise<void> {
    const failure = new ContractError(present(this.#row.failure, 'what is undone has failed'));
    this.#row.status = 'failed';
    await this.#record.transact(async (work) => {
      const call = this.#definition.failureCall?.(this.#row.state, failure);
      if (call !== undefined) await this.#calls.execute(call, work);
      this.#row.outcome = { error: failure.toJSON() };
      await this.#record.save(work, 0, 0);
    });
    crashPoint(sagaPoint(this.#definition.name, 'failed'));
  }

  #isHopeless(error: unknown): boolean {
    return error instanceof InvariantViolation && this.#row.attempts >= MAX_CONTRADICTIONS;
  }

  async #needsAttention(step: SagaStep<Record<string, unknown>>, why: string): Promise<boolean> {
    await this.#getStuck(this.#record.event(step, 'stuck', why));
    return false;
  }

  /** A step that kills its process would kill the next one, too. */
  async #giveUp(): Promise<SagaRow> {
    const step = this.#definition.steps[this.#row.step] ?? { name: 'end' };
    await this.#getStuck(this.#record.event(step, 'stuck', `${this.#row.deaths} processes died at it`));
    return this.#row;
  }

  async #getStuck(event: SagaEvent): Promise<void> {
    await this.#record.transact(async (work) => {
      this.#row.status = 'needs_attention';
      this.#record.remember([event]);
      await this.#record.save(work, 0, 0);
    });
    this.#environment.logger.error({ sagaId: this.#row.id, ...event }, 'a saga needs attention');
  }

  /** Waits before the next attempt: here when it is short, else asleep, where any process can take it up. */
  async #pause(event: SagaEvent): Promise<boolean> {
    const pauseMs = backoffMs(this.#row.attempts, RETRY_BASE_MS, RETRY_CAP_MS);
    if (pauseMs > MAX_INLINE_PAUSE_MS) {
      await this.#sleep(pauseMs, [event]);
      return false;
    }
    this.#record.remember([event]);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return true;
  }

  async #sleep(dueInMs: number, events: readonly SagaEvent[]): Promise<SagaRow> {
    this.#record.remember(events);
    await this.#record.transact((work) => this.#record.save(work, dueInMs, 0));
    return this.#row;
  }

  #keep(step: SagaStep<Record<string, unknown>>, output: unknown): void {
    this.#record.remember([this.#record.event(step, 'done')]);
    this.#row.state = { ...this.#row.state, ...step.keep?.(this.#row.state, output as never) };
    this.#record.nextStep(output);
  }
}

/** The step from which on nothing has an undo or a limit; of a saga without any undo, the first. */
function pointOfNoReturn({ steps }: Definition): number {
  if (steps.every(({ undo }) => undo === undefined)) return 0;
  return steps.findLastIndex(({ undo, timeoutMs }) => undo !== undefined || Number.isFinite(timeoutMs)) + 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
