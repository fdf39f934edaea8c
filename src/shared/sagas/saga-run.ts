import type { Call } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import { ContractError, present, type ContractErrorFields } from '../errors/index.ts';
import { crashPoint } from '../telemetry/index.ts';
import { backoffMs, seconds } from '../values/index.ts';
import type { SagaDefinition, SagaStep } from './define-saga.ts';
import { startHeartbeat } from './heartbeat.ts';
import { SagaCalls } from './saga-calls.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import type { SagaEvent, SagaRow } from './saga-store.ts';

const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = seconds(30);
/** Pauses up to this long are sat out by the owner; for longer ones it lets go of the saga. */
const MAX_INLINE_PAUSE_MS = seconds(1);
/** How soon a waiting step is asked again, if nothing wakes it: the safety net behind its event. */
const POLL_BASE_MS = seconds(2);

/** Another process has taken the saga over; this one must not touch it any more. */
class NotTheOwner extends Error {}

type Definition = SagaDefinition<Record<string, unknown>>;

/**
 * One process's work on one saga, from when it owns it until it ends, sleeps or is lost to another owner.
 *
 * States of the saga: running → completed; running → compensating (a step was refused or ran out of time) → failed;
 * compensating → needs attention (an undo was refused). It is written when it sleeps, turns round or ends. Steps in
 * between are not written one by one: each is safe to repeat, so a new owner repeats those since the last write.
 */
export class SagaRun {
  readonly #definition: Definition;
  readonly #environment: SagaEnvironment;
  readonly #row: SagaRow;
  readonly #calls: SagaCalls;
  #stepStartedMs: number;
  #savedStep: number;
  #lastOutput: unknown;

  constructor(definition: Definition, row: SagaRow, environment: SagaEnvironment) {
    this.#definition = definition;
    this.#row = row;
    this.#calls = new SagaCalls(row, environment);
    this.#environment = environment;
    this.#stepStartedMs = Date.now() - row.stepAgeMs;
    this.#savedStep = row.step;
  }

  /** Goes on until the saga ends or sleeps. Returns it as it then is, or undefined when another process owns it. */
  async advance(): Promise<SagaRow | undefined> {
    const stopHeartbeat = startHeartbeat(this.#environment, this.#row, this.#calls);
    try {
      for (;;) {
        if (this.#environment.isStopping()) return await this.#sleep(0, []);
        const goOn = this.#row.status === 'compensating' ? await this.#undoStep() : await this.#doStep();
        if (!goOn) return this.#row;
      }
    } catch (error) {
      if (!(error instanceof NotTheOwner)) throw error;
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
      await this.#transact((work) => this.#complete(work));
      return false;
    }
    if (step.when?.(this.#row.state) === false) {
      this.#nextStep(undefined);
      return true;
    }
    const call = step.do(this.#row.state);
    try {
      crashPoint(`${this.#definition.name}/${step.name}/before`);
      const isLast = this.#row.step === this.#definition.steps.length - 1;
      if (this.#calls.isOwn(call)) return await this.#doOwnStep(step, call, isLast);
      const output = await this.#calls.call(call, `do:${this.#row.step}`);
      crashPoint(`${this.#definition.name}/${step.name}/after`);
      if (step.waitWhile?.(output as never) === true) return await this.#waitFor(step);
      this.#keep(step, output);
      return true;
    } catch (error) {
      return await this.#stepFailed(step, error);
    }
  }

  /** The step and the saga's own row change in one transaction: it happens exactly once. */
  async #doOwnStep(step: SagaStep<Record<string, unknown>>, call: Call, isLast: boolean): Promise<boolean> {
    await this.#transact(async (work) => {
      const output = await this.#calls.execute(call, work);
      this.#keep(step, output);
      if (isLast) await this.#complete(work);
      else await this.#save(work, 0, this.#environment.leaseMs);
    });
    crashPoint(`${this.#definition.name}/${step.name}/after`);
    return !isLast;
  }

  async #complete(work: UnitOfWork): Promise<void> {
    this.#row.status = 'completed';
    this.#row.outcome = { value: this.#definition.outcome(this.#row.state, this.#lastOutput) ?? null };
    await this.#save(work, 0, 0);
  }

  async #stepFailed(step: SagaStep<Record<string, unknown>>, error: unknown): Promise<boolean> {
    if (error instanceof NotTheOwner) throw error;
    if (error instanceof ContractError) {
      // Refused: nothing has changed there, so the steps before it are what is to be undone.
      return await this.#turnRound(step, error.toJSON(), this.#row.step - 1);
    }
    this.#row.attempts += 1;
    this.#environment.logger.warn(
      { sagaId: this.#row.id, step: step.name, err: error },
      'a saga step will be repeated',
    );
    if (this.#stepAgeMs() >= step.timeoutMs) return await this.#timedOut(step, error);
    return await this.#pause(this.#event(step, 'retrying', messageOf(error)));
  }

  async #waitFor(step: SagaStep<Record<string, unknown>>): Promise<boolean> {
    if (this.#stepAgeMs() >= step.timeoutMs) return await this.#timedOut(step, new Error('no answer came in time'));
    this.#row.attempts += 1;
    const remainingMs = Math.max(0, step.timeoutMs - this.#stepAgeMs());
    const pollMs = backoffMs(this.#row.attempts, POLL_BASE_MS, RETRY_CAP_MS);
    await this.#sleep(Math.min(pollMs, remainingMs), this.#row.attempts === 1 ? [this.#event(step, 'waiting')] : []);
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
    return await this.#turnRound(step, failure, this.#row.step);
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
    this.#stepStartedMs = Date.now();
    this.#remember([this.#event(step, 'failed', failure.code)]);
    await this.#transact((work) => this.#save(work, 0, this.#environment.leaseMs));
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
        crashPoint(`${this.#definition.name}/${step.name}/undo`);
        await this.#calls.callAny(step.undo(this.#row.state), `undo:${this.#row.step}`);
      } catch (error) {
        if (error instanceof ContractError) return await this.#needsAttention(step, error);
        this.#row.attempts += 1;
        this.#environment.logger.warn(
          { sagaId: this.#row.id, step: step.name, err: error },
          'an undo will be repeated',
        );
        return await this.#pause(this.#event(step, 'retrying', messageOf(error)));
      }
      this.#remember([this.#event(step, 'undone')]);
    }
    this.#row.step -= 1;
    this.#row.attempts = 0;
    return true;
  }

  async #fail(): Promise<void> {
    const failure = new ContractError(present(this.#row.failure, 'what is undone has failed'));
    this.#row.status = 'failed';
    await this.#transact(async (work) => {
      const call = this.#definition.failureCall?.(this.#row.state, failure);
      if (call !== undefined) await this.#calls.execute(call, work);
      this.#row.outcome = { error: failure.toJSON() };
      await this.#save(work, 0, 0);
    });
  }

  async #needsAttention(step: SagaStep<Record<string, unknown>>, error: ContractError): Promise<boolean> {
    this.#row.status = 'needs_attention';
    this.#remember([this.#event(step, 'stuck', error.code)]);
    await this.#transact((work) => this.#save(work, 0, 0));
    this.#environment.logger.error(
      { sagaId: this.#row.id, step: step.name, error: error.toJSON() },
      'a saga needs attention',
    );
    return false;
  }

  /** Waits before the next attempt: here when it is short, else asleep, where any process can take it up. */
  async #pause(event: SagaEvent): Promise<boolean> {
    const pauseMs = backoffMs(this.#row.attempts, RETRY_BASE_MS, RETRY_CAP_MS);
    if (pauseMs > MAX_INLINE_PAUSE_MS) {
      await this.#sleep(pauseMs, [event]);
      return false;
    }
    this.#remember([event]);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return true;
  }

  async #sleep(dueInMs: number, events: readonly SagaEvent[]): Promise<SagaRow> {
    this.#remember(events);
    await this.#transact((work) => this.#save(work, dueInMs, 0));
    return this.#row;
  }

  #keep(step: SagaStep<Record<string, unknown>>, output: unknown): void {
    this.#remember([this.#event(step, 'done')]);
    this.#row.state = { ...this.#row.state, ...step.keep?.(this.#row.state, output as never) };
    this.#nextStep(output);
  }

  #nextStep(output: unknown): void {
    this.#lastOutput = output;
    this.#row.step += 1;
    this.#row.attempts = 0;
    this.#stepStartedMs = Date.now();
  }

  async #save(work: UnitOfWork, dueInMs: number, leaseMs: number): Promise<void> {
    const sameStep = this.#savedStep === this.#row.step;
    const saved = await this.#environment.store.save(work, this.#row, { leaseMs, dueInMs, sameStep });
    if (!saved) throw new NotTheOwner();
    this.#savedStep = this.#row.step;
  }

  /** What the body changes in memory holds only once it is committed: each attempt begins from the same state. */
  async #transact(body: (work: UnitOfWork) => Promise<void>): Promise<void> {
    const before = structuredClone(this.#row);
    const [lastOutput, stepStartedMs, savedStep] = [this.#lastOutput, this.#stepStartedMs, this.#savedStep];
    const reset = (): void => {
      Object.assign(this.#row, structuredClone(before));
      [this.#lastOutput, this.#stepStartedMs, this.#savedStep] = [lastOutput, stepStartedMs, savedStep];
    };
    try {
      await this.#environment.database.transaction(this.#calls.context('own'), async (work) => {
        reset();
        await body(work);
      });
    } catch (error) {
      reset();
      throw error;
    }
  }

  #stepAgeMs(): number {
    return Date.now() - this.#stepStartedMs;
  }

  #event(step: SagaStep<Record<string, unknown>>, what: SagaEvent['what'], error?: string): SagaEvent {
    return {
      at: new Date().toISOString(),
      step: step.name,
      what,
      ...(this.#row.attempts > 0 ? { attempt: this.#row.attempts } : {}),
      ...(error === undefined ? {} : { error }),
    };
  }

  #remember(events: readonly SagaEvent[]): void {
    this.#row.history = [...this.#row.history, ...events];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
