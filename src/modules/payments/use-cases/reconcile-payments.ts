import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { SystemFailure } from '../../../shared/errors/index.ts';
import { DATABASE, LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Payments, Reconciliation } from '../contract/index.ts';
import { DifferenceRepository } from '../persistence/difference.repository.ts';
import { OwnBooksReader } from '../persistence/own-books.reader.ts';
import { ReconciliationRepository } from '../persistence/reconciliation.repository.ts';
import { ProviderRefusal, type PaymentProvider } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ChargeExaminer } from './charge-examiner.ts';
import { ReconciliationRun, type RunSteps } from './reconciliation-run.ts';

type Op = typeof Payments.operations.reconcilePayments;

/** Compare with each provider that keeps books, from where the last run was left, and write a report. */
export class ReconcilePayments implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(ReconciliationRepository) private readonly reconciliations: ReconciliationRepository,
    @inject(DifferenceRepository) private readonly differences: DifferenceRepository,
    @inject(OwnBooksReader) private readonly books: OwnBooksReader,
    @inject(ChargeExaminer) private readonly examiner: ChargeExaminer,
  ) {}

  async coordinate(_: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    const items: Reconciliation[] = [];
    for (const [name, provider] of this.providers.withBooks()) items.push(await this.#reconcile(name, provider, call));
    return { items };
  }

  async #reconcile(name: string, provider: PaymentProvider, call: CallContext): Promise<Reconciliation> {
    const { startedAt, progress } = await this.reconciliations.begin(this.database.reader(call), name);
    const run = new ReconciliationRun(this.#stepsOf(name, provider, call), progress, call);
    const { complete, failure } = await this.#carryOut(run);
    const { charges, payments, repaired, open, differences } = run;
    const counts = { charges, payments, repaired, open, differences };
    const report = { id: newId('rcn'), provider: name, startedAt, complete, failure, ...counts };
    if (open > 0) this.logger.error({ provider: name, differences }, 'our books are not those of the provider');
    return await this.database.transaction(call, (work) => this.reconciliations.insert(work, report, run.progress));
  }

  /** A run that fails has done what it has done: its report says so, and the next one goes on from there. */
  async #carryOut(run: ReconciliationRun): Promise<{ complete: boolean; failure: string | null }> {
    try {
      return { complete: await run.carryOut(), failure: null };
    } catch (error) {
      if (!(error instanceof SystemFailure || error instanceof ProviderRefusal)) throw error;
      this.logger.warn({ err: error }, 'a comparison with a payment provider ended early');
      // A place in books that were replaced by others leads nowhere: those are read from their beginning.
      const isLost = error instanceof ProviderRefusal;
      if (isLost) run.progress = { provider: undefined, own: undefined };
      return { complete: false, failure: error.message };
    }
  }

  #stepsOf(name: string, provider: PaymentProvider, call: CallContext): RunSteps {
    const reader = this.database.reader(call);
    return {
      provider,
      suspects: (accounts) => this.examiner.suspects(accounts, call),
      examine: (chargeKey) => this.examiner.examine(name, chargeKey, call),
      listOwn: (after, limit) => this.books.listChanged(reader, name, after, limit),
      listOpen: (limit) => this.differences.listKeys(reader, name, limit),
    };
  }
}
