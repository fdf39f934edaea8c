import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Catalog } from '../../catalog/contract/index.ts';
import { StockRepository } from '../persistence/stock.repository.ts';

/** A new SKU appears in the stock list before its first goods have come, as one of which there are none. */
export class TrackSkuWhenVariantPublished implements Subscriber<typeof Catalog.events.variantPublished> {
  constructor(@inject(StockRepository) private readonly stock: StockRepository) {}

  async execute({ data }: HeardEvent<typeof Catalog.events.variantPublished>, work: UnitOfWork): Promise<void> {
    if (data.tracked) await this.stock.track(work, data.sku);
  }
}
