import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Inventory } from '../contract/index.ts';
import { RESERVATION_HOLD_MS } from '../domain/reservation.ts';
import { sumBySku } from '../domain/stock-line.ts';
import { ReservationRepository } from '../persistence/reservation.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type ReserveStockOperation = typeof Inventory.operations.reserveStock;
type Reserved = OutputOf<ReserveStockOperation>;

/** All lines or none: one statement takes the stock, and only where it took nothing is looked closer. */
export class ReserveStock implements UseCase<ReserveStockOperation> {
  constructor(
    @inject(ReservationRepository) private readonly reservations: ReservationRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async execute(input: ParsedInputOf<ReserveStockOperation>, work: UnitOfWork): Promise<Reserved> {
    const { orderId, occurredAt } = input;
    const id = newId('rsv');
    const lines = sumBySku(input.lines);
    const result = await this.reservations.reserve(work, {
      id,
      orderId,
      lines,
      holdMs: RESERVATION_HOLD_MS,
      occurredAt,
    });
    if (!result.made) {
      const first = await this.#first(orderId, work);
      if (first !== undefined) return first;
      invariant(result.shortages.length > 0, 'what is neither short nor reserved before can be reserved');
      throw Inventory.errors.outOfStock({ lines: [...result.shortages] });
    }
    const reserved = { reservationId: id, expiresAt: result.expiresAt.toISOString() };
    work.publish(Inventory.events.stockReserved, { orderId, ...reserved, lines });
    await this.watch.look(
      work,
      lines.map(({ sku }) => sku),
    );
    return reserved;
  }

  async #first(orderId: string, work: UnitOfWork): Promise<Reserved | undefined> {
    const first = await this.reservations.find(work, orderId);
    if (first === undefined) return undefined;
    if (first.status === 'released') throw Inventory.errors.reservationReleased({ orderId });
    if (first.status === 'expired') throw Inventory.errors.reservationExpired({ orderId });
    return { reservationId: first.id, expiresAt: first.expiresAt.toISOString() };
  }
}
