import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import type { ReservationStatus } from '../domain/reservation.ts';
import type { StockLine } from '../domain/stock-line.ts';
import { ALLOCATE, EXPIRE, RELEASE, RESERVE } from './reservation-statements.ts';

export interface Reservation {
  readonly id: string;
  readonly status: ReservationStatus;
  readonly expiresAt: Date;
}

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** Either the reservation was made, or it was not: for want of stock, or because the order has one already. */
export type ReserveResult =
  { readonly made: true; readonly expiresAt: Date } | { readonly made: false; readonly shortages: readonly Shortage[] };

export interface NewReservation {
  readonly id: string;
  readonly orderId: string;
  /** One for each SKU. */
  readonly lines: readonly StockLine[];
  readonly holdMs: number;
  readonly occurredAt: string | undefined;
}

/** What an order had, and gives back. */
export interface GivenBack {
  readonly orderId: string;
  readonly lines: readonly StockLine[];
}

/** Who holds how much of the stock. Each change moves stock, reservation and ledger by one statement. */
export class ReservationRepository {
  /** Takes stock for all lines or for none, from the locations of lowest priority first. */
  async reserve(work: UnitOfWork, reservation: NewReservation): Promise<ReserveResult> {
    const { orderId, id, lines, holdMs, occurredAt } = reservation;
    const row = await work.row<{ expiresAt: Date | null; shortages: Shortage[] }>(RESERVE, [
      orderId,
      id,
      lines.map(({ sku }) => sku),
      lines.map(({ quantity }) => quantity),
      holdMs,
      occurredAt ?? null,
    ]);
    const { expiresAt, shortages } = present(row, 'the statement that reserves answers with one row');
    return expiresAt === null ? { made: false, shortages } : { made: true, expiresAt };
  }

  async find(work: UnitOfWork, orderId: string): Promise<Reservation | undefined> {
    return await work.row<Reservation>(
      'select id, status, expires_at as "expiresAt" from reservations where order_id = $1',
      [orderId],
    );
  }

  /** True: what was held now belongs to the order. False: nothing was held. */
  async allocate(work: UnitOfWork, orderId: string): Promise<boolean> {
    return (await work.row(ALLOCATE, [orderId])) !== undefined;
  }

  /** Gives back what is reserved or allocated; undefined where nothing is. */
  async release(work: UnitOfWork, orderId: string): Promise<GivenBack | undefined> {
    return await work.row<GivenBack>(RELEASE, [orderId, 'released']);
  }

  /** True: the order had never reserved, and never will. False: it has a reservation, in whatever state. */
  async refuseFromNowOn(work: UnitOfWork, orderId: string, id: string): Promise<boolean> {
    const inserted = await work.run(
      `insert into reservations (order_id, id, status, lines, expires_at) values ($1, $2, 'released', '[]', now())
       on conflict (order_id) do nothing`,
      [orderId, id],
    );
    return inserted === 1;
  }

  /** Gives back up to `limit` reservations whose time is over, the oldest first. Locked ones are left to their holder. */
  async expireDue(work: UnitOfWork, limit: number): Promise<GivenBack[]> {
    return await work.rows<GivenBack>(EXPIRE, [limit, 'expired']);
  }
}
