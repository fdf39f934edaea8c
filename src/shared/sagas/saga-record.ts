import type { CallContext } from '../auth/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import type { SagaEvent, SagaEventKind, SagaRow } from './saga-store.ts';

/** Another process has taken the saga over; this one must not touch it any more. */
export class NotTheOwner extends Error {}

/** A saga's row as its owner holds it between two writes: how far it is, and what it will write. */
export class SagaRecord {
  lastOutput: unknown;
  readonly #row: SagaRow;
  readonly #environment: SagaEnvironment;
  readonly #context: () => CallContext;
  #stepStartedMs: number;
  #savedStep: number;

  constructor(row: SagaRow, environment: SagaEnvironment, context: () => CallContext) {
    this.#row = row;
    this.#environment = environment;
    this.#context = context;
    this.#stepStartedMs = Date.now() - row.stepAgeMs;
    this.#savedStep = row.step;
  }

  /** How long the present step has been at it. */
  get stepAgeMs(): number {
    return Date.now() - this.#stepStartedMs;
  }

  restartStep(): void {
    this.#stepStartedMs = Date.now();
  }

  nextStep(output: unknown): void {
    this.lastOutput = output;
    this.#row.step += 1;
    this.#row.attempts = 0;
    this.restartStep();
  }

  event(step: { readonly name: string }, what: SagaEventKind, error?: string): SagaEvent {
    return {
      at: new Date().toISOString(),
      step: step.name,
      what,
      ...(this.#row.attempts > 0 ? { attempt: this.#row.attempts } : {}),
      ...(error === undefined ? {} : { error }),
    };
  }

  remember(events: readonly SagaEvent[]): void {
    this.#row.history = [...this.#row.history, ...events];
  }

  /** Throws NotTheOwner. */
  async save(work: UnitOfWork, dueInMs: number, leaseMs: number): Promise<void> {
    const sameStep = this.#savedStep === this.#row.step;
    const saved = await this.#environment.store.save(work, this.#row, { leaseMs, dueInMs, sameStep });
    if (!saved) throw new NotTheOwner();
    this.#savedStep = this.#row.step;
  }

  /** Writes how far the saga is, unless it is written that it has come to `step`. */
  async saveAt(step: number): Promise<void> {
    if (this.#savedStep >= step) return;
    await this.transact((work) => this.save(work, 0, this.#environment.leaseMs));
  }

  /** What the body changes in memory holds only once it is committed: each attempt begins from the same state. */
  async transact(body: (work: UnitOfWork) => Promise<void>): Promise<void> {
    const before = structuredClone(this.#row);
    const [lastOutput, stepStartedMs, savedStep] = [this.lastOutput, this.#stepStartedMs, this.#savedStep];
    const reset = (): void => {
      Object.assign(this.#row, structuredClone(before));
      [this.lastOutput, this.#stepStartedMs, this.#savedStep] = [lastOutput, stepStartedMs, savedStep];
    };
    try {
      await this.#environment.database.transaction(this.#context(), async (work) => {
        reset();
        await body(work);
      });
    } catch (error) {
      reset();
      throw error;
    }
  }
}
