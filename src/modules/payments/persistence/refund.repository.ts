import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { Payment } from '../domain/payment.ts';
import { refundPosting } from '../domain/posting.ts';
import { entriesJson, postEntries } from './post-entries.ts';

export interface Refund {
  readonly refundId: string;
  readonly orderId: string;
  /** Minor units of the payment's currency. */
  readonly amount: number;
  /** `pending`: reserved, the provider may have been asked. `done`: given back and in the books. */
  readonly status: 'pending' | 'done';
  readonly occurredAt: Date | null;
}

const COLUMNS = `refund_id as "refundId", order_id as "orderId", amount, status, occurred_at as "occurredAt"`;

const COMPLETE = `
  with changed as (
    update refunds set status = 'done', done_at = now() where refund_id = $1 and status = 'pending'
    returning order_id, amount
  ),
  paid as (
    update payments p set refunded = p.refunded + changed.amount, changed_at = now() from changed where p.order_id = changed.order_id
  ),
  entries as (${postEntries('$2')})
  select order_id from changed`;

/** Money on its way back, by refund. Reserve only under the payment's row lock, or two may reserve the same money. */
export class RefundRepository {
  async find(work: UnitOfWork, refundId: string): Promise<Refund | undefined> {
    return await work.row<Refund>(`select ${COLUMNS} from refunds where refund_id = $1`, [refundId]);
  }

  /** Minor units that are given back or about to be. */
  async sumReserved(work: UnitOfWork, orderId: string): Promise<number> {
    const row = await work.row<{ sum: number }>(
      'select coalesce(sum(amount), 0)::bigint as sum from refunds where order_id = $1',
      [orderId],
    );
    return present(row, 'a sum is always there').sum;
  }

  async reserve(
    work: UnitOfWork,
    refund: { refundId: string; orderId: string; amount: number; occurredAt: string | null },
  ): Promise<Refund> {
    const { refundId, orderId, amount, occurredAt } = refund;
    const row = await work.row<Refund>(
      `insert into refunds (refund_id, order_id, amount, status, occurred_at) values ($1, $2, $3, 'pending', $4)
       returning ${COLUMNS}`,
      [refundId, orderId, amount, occurredAt],
    );
    return present(row, 'an insert returns its row');
  }

  /** Pending → done, with the payment's sum and the ledger. False where somebody else has done it. */
  async complete(work: UnitOfWork, payment: Payment, refund: Refund): Promise<boolean> {
    const occurredAt = refund.occurredAt?.toISOString() ?? null;
    const posting = refundPosting(payment, refund.refundId, money(refund.amount, payment.currency), occurredAt);
    return (await work.row(COMPLETE, [refund.refundId, entriesJson(posting)])) !== undefined;
  }
}
