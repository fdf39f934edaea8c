import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Inventory } from '../contract/index.ts';
import { ReservationRepository } from '../persistence/reservation.repository.ts';

type AllocateStockOperation = typeof Inventory.operations.allocateStock;

/**
 * What is held becomes the order's own. Against an expiry or a release at the same instant the reservation's row lock
 * decides: the first to have it wins, and the other finds the status changed.
 */
export class AllocateStock implements UseCase<AllocateStockOperation> {
  constructor(@inject(ReservationRepository) private readonly reservations: ReservationRepository) {}

  async execute({ orderId }: ParsedInputOf<AllocateStockOperation>, work: UnitOfWork): Promise<void> {
    if (await this.reservations.allocate(work, orderId)) return;
    const reservation = await this.reservations.find(work, orderId);
    if (reservation?.status === 'allocated') return;
    if (reservation?.status === 'released') throw Inventory.errors.reservationReleased({ orderId });
    if (reservation?.status === 'expired') throw Inventory.errors.reservationExpired({ orderId });
    // One that is reserved by now was committed after this call began, and its caller has no answer yet.
    throw Inventory.errors.reservationNotFound({ orderId });
  }
}
