import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Payment } from '../domain/payment.ts';
import type { OwnBooking, OwnBooks } from '../domain/reconciliation.ts';
import { PAYMENT_COLUMNS } from './payment-columns.ts';

/** Where a list of changed payments was left. */
export interface OwnCursor {
  readonly changedAt: string;
  readonly orderId: string;
}

interface OwnRow extends Payment {
  readonly captures: readonly OwnBooking[];
  readonly refunds: readonly OwnBooking[];
  readonly ledgerCaptured: number;
  readonly ledgerRefunded: number;
}

const bookings = (table: string, key: string): string => `
  (select coalesce(jsonb_agg(jsonb_build_object('key', ${key}, 'amount', b.amount, 'isDone', b.status = 'done',
      'ageMs', extract(epoch from clock_timestamp() - b.reserved_at) * 1000)), '[]')
   from ${table} b where b.order_id = payments.order_id)`;

const ledgerSum = (side: string): string => `
  (select coalesce(sum(e.${side}), 0)::bigint from ledger_entries e
   where e.order_id = payments.order_id and e.account = 'clearing_' || payments.provider)`;

// One statement, so that all of it is of one moment.
const READ = `
  select ${PAYMENT_COLUMNS},
    ${bookings('captures', 'b.capture_id')} as captures, ${bookings('refunds', 'b.refund_id')} as refunds,
    ${ledgerSum('debit')} as "ledgerCaptured", ${ledgerSum('credit')} as "ledgerRefunded"
  from payments where order_id = any($1)`;

// A payment of nothing was never asked for outside.
const LIST_CHANGED = `
  select order_id as "orderId", changed_at as "changedAt" from payments
  where provider = $1 and charge_id is not null and amount > 0
    and (changed_at, order_id) > (coalesce($2::timestamptz, '-infinity'), $3)
  order by changed_at, order_id limit $4`;

/** Our books of orders' money, to be compared with those of others. */
export class OwnBooksReader {
  /** By order. */
  async read(work: UnitOfWork, orderIds: readonly string[]): Promise<Map<string, OwnBooks>> {
    const rows = await work.rows<OwnRow>(READ, [[...orderIds]]);
    return new Map(
      rows.map(({ captures, refunds, ledgerCaptured, ledgerRefunded, ...payment }) => [
        payment.orderId,
        { payment, captures, refunds, ledger: { captured: ledgerCaptured, refunded: ledgerRefunded } },
      ]),
    );
  }

  /** Payments that a provider should know, by their latest change, behind the cursor. */
  async listChanged(
    work: UnitOfWork,
    provider: string,
    after: OwnCursor | undefined,
    limit: number,
  ): Promise<OwnCursor[]> {
    const values = [provider, after?.changedAt ?? null, after?.orderId ?? '', limit];
    const rows = await work.rows<{ orderId: string; changedAt: Date }>(LIST_CHANGED, values);
    return rows.map(({ orderId, changedAt }) => ({ orderId, changedAt: changedAt.toISOString() }));
  }
}
