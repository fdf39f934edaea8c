import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { StockRepository } from '../persistence/stock.repository.ts';

type GetAvailabilityOperation = typeof Inventory.operations.getAvailability;

export class GetAvailability implements UseCase<GetAvailabilityOperation> {
  constructor(@inject(StockRepository) private readonly stock: StockRepository) {}

  async execute(
    { skus }: ParsedInputOf<GetAvailabilityOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<GetAvailabilityOperation>> {
    return await this.stock.availability(work, skus);
  }
}
