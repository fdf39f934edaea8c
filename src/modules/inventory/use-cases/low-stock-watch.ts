import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Inventory } from '../contract/index.ts';
import { ThresholdRepository } from '../persistence/threshold.repository.ts';

/** As many as one transaction announces beside its own events; the others are judged at their next change. */
const MAX_CROSSINGS = 500;

/**
 * Announces what runs low, in the transaction that made it so. A SKU is fine → low, which is announced, when what is
 * available falls to its threshold or below; low → fine, silently, when it rises above. Whoever changes what is
 * available looks afterwards: the threshold's lock makes many at once look one after the other, and each sees what
 * those before have left.
 */
export class LowStockWatch {
  constructor(@inject(ThresholdRepository) private readonly thresholds: ThresholdRepository) {}

  /** To be called after the stock of these SKUs was changed, by a statement that has locked it. */
  async look(work: UnitOfWork, skus: readonly string[]): Promise<void> {
    const watched = await this.thresholds.lock(work, skus);
    if (watched.length === 0) return;
    // A statement of its own: only one that begins after the lock was had sees what its holders before have changed.
    const crossings = await this.thresholds.judge(work, watched, MAX_CROSSINGS);
    for (const { sku, threshold, available, isLow } of crossings) {
      if (isLow) work.publish(Inventory.events.stockLow, { sku, available, threshold });
    }
  }
}
