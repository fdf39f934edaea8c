import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { StockRepository } from '../persistence/stock.repository.ts';

type ListStockOperation = typeof Inventory.operations.listStock;

export class ListStock implements UseCase<ListStockOperation> {
  constructor(@inject(StockRepository) private readonly stock: StockRepository) {}

  async execute(input: ParsedInputOf<ListStockOperation>, work: UnitOfWork): Promise<OutputOf<ListStockOperation>> {
    return await this.stock.list(work, input);
  }
}
