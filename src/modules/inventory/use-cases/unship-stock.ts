import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import type { Inventory } from '../contract/index.ts';
import { ShippedGoodsRepository } from '../persistence/shipped-goods.repository.ts';

type UnshipStockOperation = typeof Inventory.operations.unshipStock;

/**
 * A dispatch that failed after its goods had left the shelf on paper. One that never took any is refused from now on: a
 * process that was paused before it shipped must not do so after the dispatch has been undone.
 */
export class UnshipStock implements UseCase<UnshipStockOperation> {
  constructor(@inject(ShippedGoodsRepository) private readonly shippedGoods: ShippedGoodsRepository) {}

  async execute(dispatch: ParsedInputOf<UnshipStockOperation>, work: UnitOfWork): Promise<void> {
    if (await this.shippedGoods.unship(work, dispatch)) return;
    if (await this.shippedGoods.refuseFromNowOn(work, dispatch)) return;
    // The dispatch is known: it is undone already, or was committed a moment ago and must be undone too.
    if (await this.shippedGoods.unship(work, dispatch)) return;
    const known = await this.shippedGoods.find(work, dispatch.dispatchId);
    invariant(known?.status === 'undone', `the goods of ${dispatch.dispatchId} cannot go back to ${dispatch.orderId}`);
  }
}
