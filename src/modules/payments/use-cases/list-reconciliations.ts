import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Payments } from '../contract/index.ts';
import { ReconciliationRepository } from '../persistence/reconciliation.repository.ts';

type Op = typeof Payments.operations.listReconciliations;

export class ListReconciliations implements UseCase<Op> {
  constructor(@inject(ReconciliationRepository) private readonly reconciliations: ReconciliationRepository) {}

  async execute(page: ParsedInputOf<Op>, work: UnitOfWork): Promise<OutputOf<Op>> {
    return await this.reconciliations.list(work, page);
  }
}
