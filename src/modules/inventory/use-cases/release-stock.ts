import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Inventory } from '../contract/index.ts';
import { ReservationRepository, type GivenBack } from '../persistence/reservation.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type ReleaseStockOperation = typeof Inventory.operations.releaseStock;

/**
 * Gives back what an order has. An order that has nothing is refused from now on: a process that was paused before it
 * reserved must not do so after the order has been undone.
 */
export class ReleaseStock implements UseCase<ReleaseStockOperation> {
  constructor(
    @inject(ReservationRepository) private readonly reservations: ReservationRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async execute({ orderId }: ParsedInputOf<ReleaseStockOperation>, work: UnitOfWork): Promise<void> {
    const given = await this.#giveBack(orderId, work);
    if (given === undefined) return;
    work.publish(Inventory.events.stockReleased, { orderId, reason: 'released', lines: [...given.lines] });
    await this.watch.look(
      work,
      given.lines.map(({ sku }) => sku),
    );
  }

  async #giveBack(orderId: string, work: UnitOfWork): Promise<GivenBack | undefined> {
    const given = await this.reservations.release(work, orderId);
    if (given !== undefined) return given;
    if (await this.reservations.refuseFromNowOn(work, orderId, newId('rsv'))) return undefined;
    // A reservation stands in the way: an ended one, or one that was committed a moment ago and must go too.
    return await this.reservations.release(work, orderId);
  }
}
