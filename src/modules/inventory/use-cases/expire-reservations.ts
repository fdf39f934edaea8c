import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import { Inventory } from '../contract/index.ts';
import { ReservationRepository } from '../persistence/reservation.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type ExpireReservationsOperation = typeof Inventory.operations.expireReservations;

/** Small, so that a batch does not keep buyers of the same goods waiting. */
const BATCH_SIZE = 100;
/** The next round, a minute later, takes what is left. */
const MAX_BATCHES = 100;

/** Each batch is a transaction of its own: a round that dies has given back what it had finished. */
export class ExpireReservations implements Coordination<ExpireReservationsOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(ReservationRepository) private readonly reservations: ReservationRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async coordinate(
    _input: ParsedInputOf<ExpireReservationsOperation>,
    call: CallContext,
  ): Promise<OutputOf<ExpireReservationsOperation>> {
    let expired = 0;
    for (let batch = 0; batch < MAX_BATCHES && Date.now() < call.deadlineMs; batch += 1) {
      const count = await this.database.transaction(call, (work) => this.#expireBatch(work));
      expired += count;
      if (count < BATCH_SIZE) break;
    }
    return { expired };
  }

  async #expireBatch(work: UnitOfWork): Promise<number> {
    const ended = await this.reservations.expireDue(work, BATCH_SIZE);
    for (const { orderId, lines } of ended) {
      work.publish(Inventory.events.stockReleased, { orderId, reason: 'expired', lines: [...lines] });
    }
    const skus = new Set(ended.flatMap(({ lines }) => lines.map(({ sku }) => sku)));
    if (skus.size > 0) await this.watch.look(work, [...skus]);
    return ended.length;
  }
}
