import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Inventory } from '../contract/index.ts';
import { ReturnedGoodsRepository } from '../persistence/returned-goods.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type ReceiveReturnOperation = typeof Inventory.operations.receiveReturn;

/** Goods are there whether anybody expected them or not, so taking them in is never refused. */
export class ReceiveReturn implements UseCase<ReceiveReturnOperation> {
  constructor(
    @inject(ReturnedGoodsRepository) private readonly returnedGoods: ReturnedGoodsRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async execute(returned: ParsedInputOf<ReceiveReturnOperation>, work: UnitOfWork): Promise<void> {
    const restocked = await this.returnedGoods.receive(work, returned);
    if (restocked.length > 0) await this.watch.look(work, restocked);
  }
}
