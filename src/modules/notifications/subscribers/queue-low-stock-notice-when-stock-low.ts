import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import type { Inventory } from '../../inventory/contract/index.ts';
import { lowStockNotice } from '../domain/stock-messages.ts';
import { MessageRepository } from '../persistence/message.repository.ts';

type StockLow = typeof Inventory.events.stockLow;

/** Whoever keeps the shop: no address is known here. */
const MERCHANT = 'merchant';

/** A SKU can run low many times, so that it is the event by which the message is told once. */
export class QueueLowStockNoticeWhenStockLow implements Subscriber<StockLow> {
  constructor(@inject(MessageRepository) private readonly messages: MessageRepository) {}

  async execute({ data, envelope }: HeardEvent<StockLow>, work: UnitOfWork): Promise<void> {
    await this.messages.record(work, {
      kind: 'low_stock',
      about: envelope.id,
      channel: 'staff',
      recipient: MERCHANT,
      orderId: null,
      ...lowStockNotice(data),
    });
  }
}
