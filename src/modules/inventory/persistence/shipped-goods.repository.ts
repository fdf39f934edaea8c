import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import type { StockLine } from '../domain/stock-line.ts';
import { SHIP, UNSHIP } from './shipping-statements.ts';

export interface Dispatch {
  readonly orderId: string;
  readonly dispatchId: string;
}

/** Of a SKU, what was to leave and what the order had. */
export interface Unallocated {
  readonly sku: string;
  readonly requested: number;
  readonly allocated: number;
}

/** `made` is false where the order has too little, where it owns nothing, or where the dispatch was made before. */
export interface ShipResult {
  readonly made: boolean;
  readonly shortages: readonly Unallocated[];
}

/** What left the house. Each change moves stock, reservation and ledger by one statement. */
export class ShippedGoodsRepository {
  /** Takes allocated goods off the shelf: all lines or none. */
  async ship(work: UnitOfWork, { orderId, dispatchId }: Dispatch, lines: readonly StockLine[]): Promise<ShipResult> {
    const skus = lines.map(({ sku }) => sku);
    const quantities = lines.map(({ quantity }) => quantity);
    const row = await work.row<ShipResult>(SHIP, [orderId, dispatchId, skus, quantities]);
    return present(row, 'the statement that ships answers with one row');
  }

  async find(work: UnitOfWork, dispatchId: string): Promise<{ status: 'shipped' | 'undone' } | undefined> {
    return await work.row('select status from shipped_goods where dispatch_id = $1', [dispatchId]);
  }

  /** Puts back what left. False: nothing of this dispatch is gone. */
  async unship(work: UnitOfWork, { orderId, dispatchId }: Dispatch): Promise<boolean> {
    return (await work.row(UNSHIP, [orderId, dispatchId])) !== undefined;
  }

  /** True: nothing had left, and nothing will. False: the dispatch has taken its goods, or is undone already. */
  async refuseFromNowOn(work: UnitOfWork, { orderId, dispatchId }: Dispatch): Promise<boolean> {
    const inserted = await work.run(
      `insert into shipped_goods (dispatch_id, order_id, status, lines) values ($1, $2, 'undone', '[]')
       on conflict (dispatch_id) do nothing`,
      [dispatchId, orderId],
    );
    return inserted === 1;
  }
}
