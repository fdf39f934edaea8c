import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { ThresholdRepository } from '../persistence/threshold.repository.ts';

type RemoveThresholdOperation = typeof Inventory.operations.removeThreshold;

export class RemoveThreshold implements UseCase<RemoveThresholdOperation> {
  constructor(@inject(ThresholdRepository) private readonly thresholds: ThresholdRepository) {}

  async execute({ sku }: ParsedInputOf<RemoveThresholdOperation>, work: UnitOfWork): Promise<void> {
    await this.thresholds.remove(work, sku);
  }
}
