import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Inventory } from '../contract/index.ts';
import { sumBySku } from '../domain/stock-line.ts';
import { ShippedGoodsRepository } from '../persistence/shipped-goods.repository.ts';

type ShipStockOperation = typeof Inventory.operations.shipStock;

/** What leaves is no longer on hand, and no longer owed to the order. Nothing becomes available or ceases to be. */
export class ShipStock implements UseCase<ShipStockOperation> {
  constructor(@inject(ShippedGoodsRepository) private readonly shippedGoods: ShippedGoodsRepository) {}

  async execute(input: ParsedInputOf<ShipStockOperation>, work: UnitOfWork): Promise<void> {
    const { orderId, dispatchId } = input;
    const lines = sumBySku(input.lines);
    const { made, shortages } = await this.shippedGoods.ship(work, { orderId, dispatchId }, lines);
    if (made) return;
    const earlier = await this.shippedGoods.find(work, dispatchId);
    if (earlier?.status === 'shipped') return;
    if (earlier?.status === 'undone') throw Inventory.errors.dispatchUndone({ dispatchId });
    throw Inventory.errors.notAllocated({ orderId, lines: [...shortages] });
  }
}
