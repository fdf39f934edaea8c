import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { Inventory } from '../contract/index.ts';
import { ThresholdRepository } from '../persistence/threshold.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type PutThresholdOperation = typeof Inventory.operations.putThreshold;

/**
 * From when on a SKU is low. Stock is held still first: a reservation under way is either seen here, or sees the new
 * threshold itself.
 */
export class PutThreshold implements UseCase<PutThresholdOperation> {
  constructor(
    @inject(ThresholdRepository) private readonly thresholds: ThresholdRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async execute(
    { sku, threshold }: ParsedInputOf<PutThresholdOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<PutThresholdOperation>> {
    if (!(await this.thresholds.holdStock(work, sku))) throw Inventory.errors.stockUnknown({ sku });
    await this.thresholds.put(work, sku, threshold);
    await this.watch.look(work, [sku]);
    return present(await this.thresholds.find(work, sku), 'a threshold that was put is there');
  }
}
