import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money, type Money } from '../../../shared/values/index.ts';
import type { Refund } from '../contract/index.ts';

interface RefundRow {
  id: string;
  orderId: string;
  status: 'pending' | 'done' | 'abandoned';
  amount: number;
  currency: string;
  lines: Refund['lines'];
  reason: string;
  reference: string | null;
  refundedAt: Date;
}

const COLUMNS = `id, order_id as "orderId", status, amount, currency, lines, reason, reference, refunded_at as "refundedAt"`;

export class RefundRepository {
  async insert(
    work: UnitOfWork,
    refund: {
      id: string;
      orderId: string;
      amount: Money;
      lines: Refund['lines'];
      reason: string;
      reference: string | null;
      refundedAt: string | undefined;
    },
  ): Promise<void> {
    await work.run(
      `insert into refunds (id, order_id, amount, currency, lines, reason, reference, refunded_at)
       values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()))`,
      [
        refund.id,
        refund.orderId,
        refund.amount.amount,
        refund.amount.currency,
        JSON.stringify(refund.lines),
        refund.reason,
        refund.reference,
        refund.refundedAt ?? null,
      ],
    );
  }

  /** Ends a pending refund; undefined when it has ended already. */
  async end(work: UnitOfWork, id: string, status: 'done' | 'abandoned'): Promise<Refund | undefined> {
    const row = await work.row<RefundRow>(
      `update refunds set status = $2 where id = $1 and status = 'pending' returning ${COLUMNS}`,
      [id, status],
    );
    return row === undefined ? undefined : toRefund(row);
  }

  async find(work: UnitOfWork, id: string): Promise<Refund | undefined> {
    const row = await work.row<RefundRow>(`select ${COLUMNS} from refunds where id = $1`, [id]);
    return row === undefined ? undefined : toRefund(row);
  }

  async findByReference(work: UnitOfWork, reference: string): Promise<{ id: string; orderId: string } | undefined> {
    return await work.row(
      `select id, order_id as "orderId" from refunds where reference = $1 and status <> 'abandoned'`,
      [reference],
    );
  }

  async countPending(work: UnitOfWork, orderId: string): Promise<number> {
    const row = await work.row<{ count: number }>(
      `select count(*) as count from refunds where order_id = $1 and status = 'pending'`,
      [orderId],
    );
    return row?.count ?? 0;
  }
}

function toRefund(row: RefundRow): Refund {
  return {
    id: row.id,
    orderId: row.orderId,
    amount: money(row.amount, row.currency),
    lines: row.lines,
    reason: row.reason,
    reference: row.reference,
    refundedAt: row.refundedAt.toISOString(),
  };
}
