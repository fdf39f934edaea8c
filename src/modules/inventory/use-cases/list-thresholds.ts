import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { ThresholdRepository } from '../persistence/threshold.repository.ts';

type ListThresholdsOperation = typeof Inventory.operations.listThresholds;

export class ListThresholds implements UseCase<ListThresholdsOperation> {
  constructor(@inject(ThresholdRepository) private readonly thresholds: ThresholdRepository) {}

  async execute(
    filter: ParsedInputOf<ListThresholdsOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<ListThresholdsOperation>> {
    return await this.thresholds.list(work, filter);
  }
}
